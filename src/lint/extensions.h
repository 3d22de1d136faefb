#pragma once

#include "lint/facts.h"

namespace step::lint {

/// Fills what `facts` says about the contents of its extensions. What cannot be read stays as it
/// is: the rules about it look for themselves.
void decode_extensions(Facts& facts);

}  // namespace step::lint
