#pragma once

#include <string>

#include "base/result.h"
#include "base/runtime.h"
#include "base/system.h"

namespace step::ca {

/// Tells the service manager what we are doing (sd_notify(3): datagrams to the socket that
/// NOTIFY_SOCKET names, a path or, after '@', an abstract name). Without that variable nothing
/// is told. Never waits for the manager: a message that its queue cannot take is a failure.
class Notifier {
public:
    explicit Notifier(const Environment& environment);

    /// kUnavailable with the reason.
    Status ready() const;
    /// With the monotonic time, by which a manager tells this reload from an earlier one.
    Status reloading(const Clock& clock) const;
    Status stopping() const;

private:
    Status send(const std::string& text) const;
    std::string socket_;
};

}  // namespace step::ca
