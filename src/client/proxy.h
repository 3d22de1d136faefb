#pragma once

#include <string>

#include "base/result.h"
#include "base/system.h"

namespace step::client {

/// The proxy that the environment wants for a URL, as Go finds it: HTTPS_PROXY, or HTTP_PROXY for
/// http (or lower case), unless NO_PROXY names the host; never for localhost and loopback
/// addresses. "" for none, else "http://host:port". kUnsupported for another kind of proxy.
Result<std::string> proxy_for(const std::string& url, const Environment& environment);

}  // namespace step::client
