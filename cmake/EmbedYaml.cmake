# SPDX-License-Identifier: Apache-2.0
# cmake -DDIR=<folder> -DOUT=<header> -DARRAY=<C name> -P EmbedYaml.cmake: name.yaml files as one array of {name, text}, and their
# names alone as a list that ends with NULL.
file(GLOB files "${DIR}/*.yaml")
list(SORT files)
if(NOT files)
        message(FATAL_ERROR "${DIR}: no .yaml files")
endif()

set(names "static const char *const ${ARRAY}_names[] = {")
set(text "/* Made by cmake/EmbedYaml.cmake; do not edit. */\n#pragma once\n\n")
string(APPEND text "static const struct {\n        const char *name, *text;\n} ${ARRAY}[] = {\n")
foreach(file IN LISTS files)
        get_filename_component(name "${file}" NAME_WE)
        file(READ "${file}" yaml)
        string(REPLACE "\\" "\\\\" yaml "${yaml}")
        string(REPLACE "\"" "\\\"" yaml "${yaml}")
        string(REPLACE "\n" "\\n\"\n        \"" yaml "${yaml}")
        string(APPEND text "        {\"${name}\",\n        \"${yaml}\"},\n")
        string(APPEND names "\"${name}\", ")
endforeach()
string(APPEND text "};\n${names}(void *) 0};\n")
file(WRITE "${OUT}" "${text}")
