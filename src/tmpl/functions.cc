#include "tmpl/families_impl.h"

namespace step::tmpl {

Functions all_functions() {
    Functions functions = builtin_functions();
    for (const auto family :
         {string_family(), split_family(), case_family(), words_family(), math_family(),
          list_family(), list_access_family(), dict_family(), default_family(), type_family(),
          date_family(), encoding_family(), path_family(), regex_family(), semver_family(),
          url_family(), crypto_family(), random_family()}) {
        functions.add(family);
    }
    return functions;
}

}  // namespace step::tmpl
