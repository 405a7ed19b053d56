# SPDX-License-Identifier: Apache-2.0
# okuru_embed_texts(TARGET HEADER DIR SUB...): the files of the folders DIR/SUB become `static const struct embedded_text x_y[]` in HEADER
# "x-y.h", each with its name "SUB/file.ext" and its text, terminated; which the sources of TARGET include by that name alone.
function(okuru_embed_texts target header dir)
        get_filename_component(base "${header}" NAME_WE)
        string(MAKE_C_IDENTIFIER "${base}" array)
        get_filename_component(top "${CMAKE_CURRENT_SOURCE_DIR}/${dir}" ABSOLUTE)
        set(out "${CMAKE_CURRENT_BINARY_DIR}/embedded/${header}")
        set(files "")
        foreach(sub IN LISTS ARGN)
                file(GLOB found CONFIGURE_DEPENDS LIST_DIRECTORIES false "${top}/${sub}/*")
                list(APPEND files ${found})
        endforeach()
        list(JOIN ARGN "|" subs)
        add_custom_command(OUTPUT "${out}"
                COMMAND "${CMAKE_COMMAND}" "-DTOP=${top}" "-DSUBS=${subs}" "-DOUT=${out}" "-DARRAY=${array}"
                        -P "${CMAKE_SOURCE_DIR}/cmake/EmbedTexts.cmake"
                DEPENDS ${files} "${CMAKE_SOURCE_DIR}/cmake/EmbedTexts.cmake"
                COMMENT "Embedding ${dir} as ${array}[]" VERBATIM)
        target_sources(${target} PRIVATE "${out}")
        target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/embedded")
endfunction()
