# FOVEA_SANITIZE=address,undefined or thread: the one place where a preset's sanitizers become flags.
if(FOVEA_SANITIZE)
  add_compile_options(-fsanitize=${FOVEA_SANITIZE} -fno-omit-frame-pointer)
  add_link_options(-fsanitize=${FOVEA_SANITIZE})
  if(FOVEA_SANITIZE MATCHES thread)
    # ThreadSanitizer knows no bare fences; Asio sets one around each handler, beside the locks through which handlers travel.
    add_compile_definitions(BOOST_ASIO_DISABLE_FENCED_BLOCK)
  endif()
endif()
