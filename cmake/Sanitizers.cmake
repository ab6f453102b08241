# FOVEA_SANITIZE=address,undefined or thread: the one place where a preset's sanitizers become flags.
if(FOVEA_SANITIZE)
  add_compile_options(-fsanitize=${FOVEA_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FOVEA_SANITIZE})
endif()
