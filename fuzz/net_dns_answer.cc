#include <ares.h>
#include <netdb.h>

#include "base/check.h"
#include "fuzz/fuzz.h"
#include "net/dns_answer.h"

// TXT records hold no more than the message did. c-ares reads addresses for ares_getaddrinfo with
// the functions under these two.
FUZZ_TARGET(net_dns_answer) {
    const step::ByteView message(reinterpret_cast<const char*>(input.data()), input.size());
    int status = 0;
    const auto records = step::net::read_txt_answer(message, status);
    std::size_t size = 0;
    for (const step::Bytes& record : records) {
        size += record.size();
    }
    STEP_CHECK(records.size() <= 256);
    // A TXT record takes no fewer than eleven octets around its text.
    STEP_CHECK(size + 11 * records.size() <= message.size());
    STEP_CHECK(status == 0 || records.empty());

    const auto length = static_cast<int>(input.size());
    hostent* host = nullptr;
    if (ares_parse_a_reply(input.data(), length, &host, nullptr, nullptr) == ARES_SUCCESS) {
        ares_free_hostent(host);
    }
    if (ares_parse_aaaa_reply(input.data(), length, &host, nullptr, nullptr) == ARES_SUCCESS) {
        ares_free_hostent(host);
    }
}
