#pragma once

#include <string>

#include "base/runtime.h"
#include "http/message.h"

namespace step::http {

/// Answers GET and HEAD out of a folder as Go's http.FileServer does: files with their type, time
/// and byte ranges, `index.html` for folders that have one, a list for those that have none,
/// redirections to the one spelling of a name. No path leads out of the folder; a symbolic link in
/// it may, as in the original. Hidden files are files. `random` makes the boundaries of multipart
/// answers, and must be thread-safe and outlive the handler.
Handler serve_folder(std::string folder, Random& random);

}  // namespace step::http
