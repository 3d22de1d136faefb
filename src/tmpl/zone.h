#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/bytes.h"
#include "base/result.h"

namespace step::tmpl {

/// A time zone as Go's time.Location: which offset and abbreviation holds at which moment.
class Zone {
public:
    struct Offset {
        std::int64_t seconds = 0;  ///< East of UTC.
        std::string name{};
        bool daylight = false;
    };

    virtual ~Zone() = default;
    virtual Offset at(std::int64_t unix_seconds) const = 0;
    /// The offset that goes by `name`, preferably the one that holds at `unix_seconds` of its time.
    virtual std::optional<std::int64_t> offset_of(std::string_view name,
                                                  std::int64_t unix_seconds) const;
    virtual std::string_view name() const = 0;
};
using ZonePtr = std::shared_ptr<const Zone>;

ZonePtr utc_zone();
/// The zone of this process.
ZonePtr local_zone();
ZonePtr fixed_zone(std::string name, std::int64_t seconds);
/// "UTC", "", "Local" or a name of the IANA database, read from /usr/share/zoneinfo. Fails with
/// Go's "unknown time zone X"; names that would leave the folder are refused.
Result<ZonePtr> load_zone(std::string_view name);
/// From the contents of a TZif file (RFC 8536). kInvalidArgument if it is none.
Result<ZonePtr> parse_zone(std::string name, ByteView file);

}  // namespace step::tmpl
