#include "http/tls.h"

#include "http/tls_impl.h"

namespace step::http {

Result<TlsContextPtr> make_server_tls(const ServerTls& options) {
    return make_server_tls_with(options, options.key != nullptr ? options.key->handle() : nullptr);
}

Result<TlsContextPtr> make_client_tls(const ClientTls& options) {
    return make_client_tls_with(options, options.key != nullptr ? options.key->handle() : nullptr);
}

}  // namespace step::http
