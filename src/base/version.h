#pragma once

namespace step {

/// Our own version; the same as in CMakeLists.txt, which a test compares.
inline constexpr const char* kVersion = "0.1.0";
/// The release of the original whose wire behaviour we keep.
inline constexpr const char* kCompatible = "0.30.2";
/// When this version was made, as `version` prints it.
inline constexpr const char* kReleaseDate = "2026-11-22 00:00 UTC";
/// What banners and User-Agent headers call us.
inline constexpr const char* kProduct = "step++";
/// Operating system and processor, as Go names them.
#if defined(__x86_64__)
inline constexpr const char* kPlatform = "linux/amd64";
#elif defined(__aarch64__)
inline constexpr const char* kPlatform = "linux/arm64";
#else
inline constexpr const char* kPlatform = "linux/unknown";
#endif

}  // namespace step
