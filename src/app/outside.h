#pragma once

#include <memory>

#include "app/app.h"

namespace step::app {

/// How the CA reaches the servers that its provisioners need: with the trust anchors of the machine
/// and the proxies that its environment names. Connects to nobody.
std::shared_ptr<remote::Outside> make_outside(const Runtime& runtime);

}  // namespace step::app
