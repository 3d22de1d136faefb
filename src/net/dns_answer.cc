#include "net/dns_answer.h"

#include <ares.h>

#include <memory>

namespace step::net {
namespace {

constexpr std::size_t kMostRecords = 256;

}  // namespace

std::vector<Bytes> read_txt_answer(ByteView message, int& status) {
    ares_txt_ext* first = nullptr;
    status = ares_parse_txt_reply_ext(reinterpret_cast<const unsigned char*>(message.data()),
                                      static_cast<int>(message.size()), &first);
    const std::unique_ptr<ares_txt_ext, void (*)(void*)> frees(first, ares_free_data);
    std::vector<Bytes> records;
    for (const ares_txt_ext* part = first; part != nullptr; part = part->next) {
        if (part->record_start != 0 || records.empty()) {
            if (records.size() == kMostRecords) {
                break;
            }
            records.emplace_back();
        }
        records.back().append(reinterpret_cast<const char*>(part->txt), part->length);
    }
    return records;
}

}  // namespace step::net
