# step_flags: how our own code is compiled. Third-party headers come in as SYSTEM.
add_library(step_flags INTERFACE)
target_compile_options(step_flags INTERFACE
  -Wall -Wextra -Wpedantic -Wshadow -Wconversion -Wnon-virtual-dtor -Woverloaded-virtual
  -Wnull-dereference -Wformat=2
  $<$<CXX_COMPILER_ID:GNU>:-Wduplicated-cond;-Wlogical-op;-Wsuggest-override>)
if(STEP_WERROR)
  target_compile_options(step_flags INTERFACE -Werror)
endif()
# g++ 12 reports null dereferences and maybe-uninitialized values inside its own std::string
# and std::variant when it optimises or instruments; those builds keep the rest.
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU AND (STEP_SANITIZE OR CMAKE_BUILD_TYPE MATCHES Rel))
  target_compile_options(step_flags INTERFACE -Wno-null-dereference -Wno-maybe-uninitialized
    -Wno-restrict -Wno-stringop-overflow -Wno-stringop-overread -Wno-array-bounds
    -Wno-free-nonheap-object)
endif()
# clang finds that g++ 12's own std::stable_sort uses what C++17 has deprecated.
if(CMAKE_CXX_COMPILER_ID STREQUAL Clang)
  target_compile_options(step_flags INTERFACE -Wno-deprecated-declarations)
endif()
if(STEP_SANITIZE)
  add_compile_options(-fsanitize=${STEP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${STEP_SANITIZE})
  if(STEP_SANITIZE STREQUAL thread)
    # Asio's fences, of which ThreadSanitizer knows nothing; its locks order all they would.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()
if(STEP_FUZZ)
  add_compile_options(-fsanitize=fuzzer-no-link)  # Without it libFuzzer sees no coverage and hunts blind.
endif()
if(CMAKE_CXX_COMPILER_ID STREQUAL GNU)
  add_compile_options(-fpch-preprocess)
endif()
# Everything is position independent in the same way: CMake's own switch gives -fPIC to libraries
# and -fPIE to programs, which then cannot share a precompiled header.
add_compile_options(-fPIE)
add_link_options(-pie)
if(CMAKE_BUILD_TYPE MATCHES Rel)
  add_compile_options(-D_FORTIFY_SOURCE=2 -D_GLIBCXX_ASSERTIONS -fstack-protector-strong
    -fstack-clash-protection -fcf-protection -fvisibility=hidden)
  add_link_options(-Wl,-z,relro,-z,now)
endif()
find_program(STEP_MOLD mold)
if(STEP_MOLD AND NOT CMAKE_BUILD_TYPE MATCHES Rel)
  add_link_options(-fuse-ld=mold)
endif()
find_program(STEP_CCACHE ccache)
if(STEP_CCACHE)
  # Checkouts share their objects: paths below the source folder are hashed as relative ones, and the
  # precompiled header counts by what it is made of (the .sum file), not by its bytes.
  set(CMAKE_CXX_COMPILER_LAUNCHER
    ${CMAKE_COMMAND} -E env CCACHE_SLOPPINESS=pch_defines,time_macros,include_file_mtime,include_file_ctime
    CCACHE_PCH_EXTSUM=1 CCACHE_NOHASHDIR=1 CCACHE_BASEDIR=${PROJECT_SOURCE_DIR}
    ${STEP_CCACHE})
  file(SHA256 ${PROJECT_SOURCE_DIR}/src/base/pch.h pch_hash)
  file(SHA256 ${CMAKE_CURRENT_LIST_FILE} flags_hash)
  file(WRITE ${PROJECT_BINARY_DIR}/CMakeFiles/step_pch.dir/cmake_pch.hxx.gch.sum
    "${pch_hash} ${flags_hash} ${CMAKE_CXX_COMPILER_ID} ${CMAKE_CXX_COMPILER_VERSION} "
    "${CMAKE_BUILD_TYPE} ${CMAKE_CXX_FLAGS_DEBUG} ${CMAKE_CXX_FLAGS_RELEASE} ${STEP_SANITIZE} ${STEP_WERROR}\n")
endif()
