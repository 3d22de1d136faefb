# step_module(x509 SOURCES a.cc TESTS a_test.cc LINK OpenSSL::Crypto MANUALS a.md)
# makes the static library step_x509, which sees the modules that its line in src/LAYERS names
# (those that exist so far), and the test program step_x509_test. All share one precompiled
# header. Each file of MANUALS becomes <name>.md.inc, a raw string literal to #include. APART keeps
# its files apart in a unity build: many leaves of one shape, whose helpers have the same names.
file(STRINGS ${PROJECT_SOURCE_DIR}/src/LAYERS STEP_LAYERS)
set_property(DIRECTORY ${PROJECT_SOURCE_DIR} APPEND PROPERTY CMAKE_CONFIGURE_DEPENDS src/LAYERS)

# Debian has no static libfmt; one source file of ours compiles it.
add_library(step_fmt STATIC ${PROJECT_SOURCE_DIR}/src/base/fmt.cc)
target_compile_options(step_fmt PRIVATE -O2)

# Run once in a command, or once in a long while in a server: a release compiles them for size, with
# a precompiled header of their own, since gcc takes one only with the flags it was made with.
set(STEP_SMALL)
if(CMAKE_BUILD_TYPE STREQUAL Release)
  set(STEP_SMALL app challenge cli client commands lint net policy profile provisioner qr remote setup tmpl webhook)
  set(STEP_PCH_SMALL step_pch_small)
endif()

if(STEP_PCH)
  foreach(pch step_pch ${STEP_PCH_SMALL})
    add_library(${pch} STATIC ${PROJECT_SOURCE_DIR}/src/base/pch.cc)
    target_include_directories(${pch} PUBLIC ${PROJECT_SOURCE_DIR}/src)
    target_link_libraries(${pch} PRIVATE step_flags)
    target_precompile_headers(${pch} PRIVATE ${PROJECT_SOURCE_DIR}/src/base/pch.h)
  endforeach()
  if(STEP_PCH_SMALL)
    target_compile_options(step_pch_small PRIVATE -Os)
  endif()
endif()

# The main of all unit test programs, compiled once. `ninja unit_tests` builds what labels unit,
# contract and fuzz name, and nothing else.
if(STEP_TESTS)
  add_library(step_test_main OBJECT ${PROJECT_SOURCE_DIR}/tests/support/main.cc)
  target_link_libraries(step_test_main PRIVATE step_flags)
  add_custom_target(unit_tests)
endif()

function(step_use_pch target)
  string(REGEX REPLACE "^step_" "" name ${target})
  set(pch step_pch)
  if(name IN_LIST STEP_SMALL)
    set(pch step_pch_small)
    target_compile_options(${target} PRIVATE -Os)
  endif()
  if(STEP_PCH)
    target_precompile_headers(${target} REUSE_FROM ${pch})
  else()
    target_compile_options(${target} PRIVATE -include ${PROJECT_SOURCE_DIR}/src/base/pch.h)
  endif()
endfunction()

function(step_module name)
  cmake_parse_arguments(arg "APART" "" "SOURCES;TESTS;LINK;MANUALS" ${ARGN})
  set(deps)
  foreach(line IN LISTS STEP_LAYERS)
    if(line MATCHES "^${name}:([^#]*)")
      separate_arguments(named UNIX_COMMAND "${CMAKE_MATCH_1}")
      foreach(module IN LISTS named)
        if(TARGET step_${module})
          list(APPEND deps step_${module})
        endif()
      endforeach()
    endif()
  endforeach()

  set(manuals)
  foreach(manual IN LISTS arg_MANUALS)
    set(made ${CMAKE_CURRENT_BINARY_DIR}/${manual}.inc)
    get_filename_component(folder ${made} DIRECTORY)
    file(MAKE_DIRECTORY ${folder})
    add_custom_command(OUTPUT ${made}
      COMMAND ${CMAKE_COMMAND} -DIN=${CMAKE_CURRENT_SOURCE_DIR}/${manual} -DOUT=${made}
              -P ${PROJECT_SOURCE_DIR}/cmake/Manual.cmake
      DEPENDS ${manual} ${PROJECT_SOURCE_DIR}/cmake/Manual.cmake)
    list(APPEND manuals ${made})
  endforeach()

  add_library(step_${name} STATIC ${arg_SOURCES} ${manuals})
  target_include_directories(step_${name} PUBLIC ${PROJECT_SOURCE_DIR}/src
    PRIVATE ${PROJECT_BINARY_DIR}/src)
  target_link_libraries(step_${name} PUBLIC ${deps} step_fmt PRIVATE step_flags ${arg_LINK})
  step_use_pch(step_${name})
  if(arg_APART)
    set_target_properties(step_${name} PROPERTIES UNITY_BUILD OFF)
  endif()
  if(STEP_TESTS AND arg_TESTS)
    add_executable(step_${name}_test ${arg_TESTS})
    # doctest names what belongs to a file by its line: two files of a batch would collide.
    set_target_properties(step_${name}_test PROPERTIES UNITY_BUILD OFF)
    add_dependencies(unit_tests step_${name}_test)
    target_include_directories(step_${name}_test PRIVATE ${PROJECT_SOURCE_DIR})
    target_compile_definitions(step_${name}_test PRIVATE
      STEP_TEST_DATA="${PROJECT_SOURCE_DIR}/tests/data")
    target_link_libraries(step_${name}_test PRIVATE step_${name} step_test_main step_flags ${arg_LINK})
    step_use_pch(step_${name}_test)
    add_test(NAME ${name} COMMAND step_${name}_test)
    set_tests_properties(${name} PROPERTIES LABELS unit TIMEOUT 900)
  endif()
endfunction()

# step_program(step SOURCES main.cc MODULES commands)
function(step_program name)
  cmake_parse_arguments(arg "" "" "SOURCES;MODULES;LINK" ${ARGN})
  add_executable(${name} ${arg_SOURCES})
  set(libraries)
  foreach(module IN LISTS arg_MODULES)
    list(APPEND libraries step_${module})
  endforeach()
  target_link_libraries(${name} PRIVATE ${libraries} step_flags ${arg_LINK})
  target_link_options(${name} PRIVATE -static-libstdc++ -static-libgcc)
  step_use_pch(${name})
endfunction()
