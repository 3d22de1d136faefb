#pragma once

#include <memory>
#include <string>

#include "base/runtime.h"
#include "client/acme/issue.h"

namespace step::client::acme {

/// Answers by a server of our own at `address` ("host:port", ":80"), from the first show() to the
/// end of this object. It knows the paths of tokens that are shown and nothing else. show() fails
/// with kUnavailable, "error listening at ADDRESS for the HTTP challenge: …", if the port cannot be
/// had. `clock` and `random` must outlive it; `random` is used by several threads.
std::unique_ptr<HttpAnswers> standalone_answers(std::string address, const Clock& clock,
                                                Random& random);

/// Answers by files below `folder`, which a web server serves: mode 0644 in folders of 0755, as
/// another user may run that server. Whoever ends the last hide(), the folders stay. show() fails
/// with "webroot directory FOLDER does not exist". What is still shown is removed with this object.
std::unique_ptr<HttpAnswers> webroot_answers(std::string folder);

}  // namespace step::client::acme
