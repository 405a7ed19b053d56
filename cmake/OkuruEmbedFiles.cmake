# SPDX-License-Identifier: Apache-2.0
# okuru_embed_files(TARGET HEADER DIR): the files of DIR become `static const struct page x_y[]` in HEADER "x-y.h",
# which the sources of TARGET include by that name alone. Rebuilt when a file changes or is added.
function(okuru_embed_files target header dir)
        get_filename_component(base "${header}" NAME_WE)
        string(MAKE_C_IDENTIFIER "${base}" array)
        set(out "${CMAKE_CURRENT_BINARY_DIR}/embedded/${header}")
        file(GLOB files CONFIGURE_DEPENDS "${CMAKE_CURRENT_SOURCE_DIR}/${dir}/*")
        add_custom_command(OUTPUT "${out}"
                COMMAND "${CMAKE_COMMAND}" "-DDIR=${CMAKE_CURRENT_SOURCE_DIR}/${dir}" "-DOUT=${out}" "-DARRAY=${array}"
                        -P "${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake"
                DEPENDS ${files} "${CMAKE_SOURCE_DIR}/cmake/EmbedFiles.cmake"
                COMMENT "Embedding ${dir} as ${array}[]" VERBATIM)
        target_sources(${target} PRIVATE "${out}")
        target_include_directories(${target} PRIVATE "${CMAKE_CURRENT_BINARY_DIR}/embedded")
endfunction()
