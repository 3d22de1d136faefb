#include <algorithm>

#include <fmt/core.h>

#include "base/time.h"
#include "ca/db.h"
#include "json/write.h"

namespace step::ca {
namespace {

/// Serial numbers of ours begin with the millisecond of issue, in 6 octets; "" without rows or
/// for another's.
std::string newest_serial(const storage::FileUse& use) {
    constexpr std::size_t kSerial = 16, kTime = 6;
    const auto table = std::find_if(use.tables.begin(), use.tables.end(),
                                    [](const auto& one) { return one.name == "certificates"; });
    if (table == use.tables.end() || table->last_key.size() != kSerial) {
        return "";
    }
    std::int64_t milliseconds = 0;
    for (const char c : table->last_key.substr(0, kTime)) {
        milliseconds = milliseconds * 256 + static_cast<unsigned char>(c);
    }
    return format_rfc3339(SysSeconds(std::chrono::seconds(milliseconds / 1000)));
}

}  // namespace

std::string format_stat(const std::string& path, const storage::FileUse& use) {
    const std::string serial = newest_serial(use);
    std::string out = fmt::format(
        "Database:        {}\nLayout:          {}\nFile:            {} bytes\n"
        "Pages:           {} of {} bytes, {} free\nMap:             {} bytes\n"
        "Transactions:    {}\nOpen snapshots:  {}\nNewest serial:   {}\n\n"
        "{:<34}{:>12}{:>15}\n",
        path, use.layout, use.file_bytes, use.pages, use.page_size, use.free_pages, use.map_bytes,
        use.transaction, use.readers, serial.empty() ? "none" : serial, "TABLE", "ROWS", "BYTES");
    for (const storage::TableUse& table : use.tables) {
        out += fmt::format("{:<34}{:>12}{:>15}\n", table.name, table.rows, table.bytes);
    }
    return out;
}

std::string format_stat_json(const std::string& path, const storage::FileUse& use) {
    const auto number = [](std::uint64_t value) { return static_cast<std::int64_t>(value); };
    json::Array tables;
    for (const storage::TableUse& table : use.tables) {
        tables.push_back(json::Object{
            {"name", table.name}, {"rows", number(table.rows)}, {"bytes", number(table.bytes)}});
    }
    const json::Value value = json::Object{{"database", path},
                                           {"layout", use.layout},
                                           {"fileBytes", number(use.file_bytes)},
                                           {"pageSize", number(use.page_size)},
                                           {"pages", number(use.pages)},
                                           {"freePages", number(use.free_pages)},
                                           {"mapBytes", number(use.map_bytes)},
                                           {"transactions", number(use.transaction)},
                                           {"openSnapshots", number(use.readers)},
                                           {"newestSerial", newest_serial(use)},
                                           {"tables", tables}};
    return json::encode_indent(value, "  ") + "\n";
}

}  // namespace step::ca
