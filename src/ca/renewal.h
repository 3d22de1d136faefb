#pragma once

#include "base/runtime.h"
#include "base/time.h"

namespace step::ca {

/// When to make the next certificate of our own: a third of its lifetime before it ends, and up
/// to a twentieth earlier, so that several servers do not do it at once.
SysTime next_renewal(SysSeconds not_before, SysSeconds not_after, Random& random);

/// How long to wait after a failure: between a fortieth and a twentieth of the lifetime.
Duration retry_after(SysSeconds not_before, SysSeconds not_after, Random& random);

}  // namespace step::ca
