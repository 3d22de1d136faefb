#pragma once

namespace step {

/// Our own version; the same as in CMakeLists.txt, which a test compares.
inline constexpr const char* kVersion = "0.1.0";
/// The release of the original whose wire behaviour we keep.
inline constexpr const char* kCompatible = "0.30.2";
/// What banners and User-Agent headers call us.
inline constexpr const char* kProduct = "step++";

}  // namespace step
