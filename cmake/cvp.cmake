# One call a room: cvp_module(vector DEPS base sys model store LINK PkgConfig::sqlite).
# Sources are every *.cc of the folder but main.cc; *_test.cc become the executable NAME_test, registered with CTest.
# DEPS are the rooms that may be included (DESIGN.md's include table); tests/tidy checks the includes themselves.

set(CMAKE_CXX_STANDARD 23)
set(CMAKE_CXX_STANDARD_REQUIRED ON)
set(CMAKE_CXX_EXTENSIONS OFF)
set(CMAKE_EXPORT_COMPILE_COMMANDS ON)
if(NOT CMAKE_BUILD_TYPE)
  set(CMAKE_BUILD_TYPE RelWithDebInfo CACHE STRING "" FORCE)
endif()
# -g1 keeps line numbers in stack traces at a fraction of the link time of -g.
set(CMAKE_CXX_FLAGS_RELWITHDEBINFO "-O2 -g1")
set(CMAKE_CXX_FLAGS_DEBUG "-O1 -g1 -D_GLIBCXX_ASSERTIONS")

find_program(CVP_CCACHE ccache)
if(CVP_CCACHE)
  set(CMAKE_CXX_COMPILER_LAUNCHER ${CVP_CCACHE})
endif()
find_program(CVP_MOLD mold)
if(CVP_MOLD)
  add_link_options(-fuse-ld=mold)
endif()

# Designated initializers leave the rest to its defaults on purpose.
add_compile_options(-Wall -Wextra -Wno-missing-field-initializers -Wshadow -Wnon-virtual-dtor -Woverloaded-virtual -Werror -fstack-protector-strong
                    -ffile-prefix-map=${CMAKE_SOURCE_DIR}=.)
if(CMAKE_CXX_COMPILER_ID STREQUAL "Clang")
  # libstdc++ 12 offers std::expected only where concepts are said to be complete.
  add_compile_options(-Wno-macro-redefined -D__cpp_concepts=202002L)
else()
  # gcc 12 reports false positives here through std::expected and std::optional; the thread sanitizer does not know the fences
  # that Asio has.
  add_compile_options(-Wno-maybe-uninitialized -Wno-restrict -Wno-tsan)
endif()
if(CVP_SANITIZE)
  add_compile_options(-fsanitize=${CVP_SANITIZE} -fno-omit-frame-pointer -fno-sanitize-recover=all)
  add_link_options(-fsanitize=${CVP_SANITIZE})
endif()

find_package(PkgConfig REQUIRED)
find_package(Threads REQUIRED)
find_package(fmt REQUIRED)

# Finds a library through pkg-config once and makes the target PkgConfig::NAME.
macro(cvp_pkg name)
  pkg_check_modules(${name} REQUIRED IMPORTED_TARGET ${ARGN})
endmacro()

function(cvp_module name)
  cmake_parse_arguments(M "" "" "DEPS;LINK;TEST_DEPS;TEST_LINK" ${ARGN})
  file(GLOB sources CONFIGURE_DEPENDS *.cc)
  set(tests ${sources})
  list(FILTER tests INCLUDE REGEX "_test\\.cc$")
  list(FILTER sources EXCLUDE REGEX "(_test|/main)\\.cc$")
  set(scope PUBLIC)
  if(sources)
    add_library(cvp_${name} STATIC ${sources})
  else()
    add_library(cvp_${name} INTERFACE)
    set(scope INTERFACE)
  endif()
  target_include_directories(cvp_${name} ${scope} ${CMAKE_SOURCE_DIR}/src ${CMAKE_BINARY_DIR}/generated)
  list(TRANSFORM M_DEPS PREPEND cvp_)
  list(TRANSFORM M_TEST_DEPS PREPEND cvp_)
  target_link_libraries(cvp_${name} ${scope} ${M_DEPS} ${M_LINK} fmt::fmt)
  if(CVP_TESTS AND tests)
    add_executable(${name}_test ${tests})
    target_link_libraries(${name}_test PRIVATE cvp_${name} ${M_TEST_DEPS} ${M_TEST_LINK} GTest::gmock_main)
    add_test(NAME ${name} COMMAND ${name}_test)
    set_tests_properties(${name} PROPERTIES ENVIRONMENT "CVP_SOURCE=${CMAKE_SOURCE_DIR}" LABELS unit TIMEOUT 300)
  endif()
endfunction()

# Embeds data files into NAME_data.cc as cvp::data::NAME(): a table of {path, bytes}. The files stay data in the tree.
function(cvp_embed name target)
  set(out ${CMAKE_BINARY_DIR}/generated/${name}_data.cc)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${ARGN})
  add_custom_command(OUTPUT ${out}
    COMMAND ${CMAKE_COMMAND} -DNAME=${name} -DOUT=${out} -DROOT=${CMAKE_SOURCE_DIR} "-DFILES=${files}" -P ${CMAKE_SOURCE_DIR}/cmake/embed.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/embed.cmake VERBATIM)
  target_sources(${target} PRIVATE ${out})
endfunction()

# Embeds a folder of built files (the web page) as cvp::data::page(). It may not be there: `./dev build` makes it first.
function(cvp_embed_page target folder)
  set(out ${CMAKE_BINARY_DIR}/generated/page)
  file(GLOB_RECURSE files CONFIGURE_DEPENDS ${folder}/*)
  add_custom_command(OUTPUT ${out}.S ${out}.cc
    COMMAND ${CMAKE_COMMAND} -DOUT=${out} -DROOT=${folder} -P ${CMAKE_SOURCE_DIR}/cmake/page.cmake
    DEPENDS ${files} ${CMAKE_SOURCE_DIR}/cmake/page.cmake VERBATIM)
  set_source_files_properties(${out}.S PROPERTIES OBJECT_DEPENDS "${files}")
  target_sources(${target} PRIVATE ${out}.S ${out}.cc)
endfunction()
