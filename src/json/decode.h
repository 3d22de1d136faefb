#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "json/value.h"

namespace step::json {

/// Reads members of an object into variables as Go's decoder fills a struct: absent or null
/// leaves the variable alone, the wrong kind fails. Ask status() for the first failure.
///
///     Fields fields(value, "ca.json");
///     fields.get("address", config.address);
///     STEP_TRY(fields.status());
///
/// Failures are kInvalidArgument: detail `cannot unmarshal number into field authority.claims.x
/// of type string`, cause "line 12, column 7".
class Fields {
public:
    /// `object` may be null (all members absent). `path` names it in errors. Aliases `object`.
    Fields(const Value& object, std::string path);

    Fields& get(std::string_view name, std::string& out);
    Fields& get(std::string_view name, bool& out);
    Fields& get(std::string_view name, std::int64_t& out);
    Fields& get(std::string_view name, double& out);
    Fields& get(std::string_view name, std::vector<std::string>& out);
    /// The member itself, null pointer if absent or JSON null.
    const Value* child(std::string_view name) const;
    std::string path_of(std::string_view name) const;

    /// Records a failure of the caller's own at `value`.
    void fail(const Value& value, std::string detail);
    Status status() const;
    /// All of them, in the order of the questions.
    const std::vector<Error>& failures() const { return failures_; }

private:
    template <class Store>
    Fields& each(std::string_view name, Store store);
    void record(Error error);

    const Value& object_;
    std::string path_;
    std::vector<Error> failures_{};
};

/// The number as Go's strconv.ParseInt reads it: "5", not "5.0" nor "5e0". None if it does not fit.
std::optional<std::int64_t> to_int64(const Number& number);
/// The nearest double; none if it is too large for any.
std::optional<double> to_double(const Number& number);

/// An Error at a place: kInvalidArgument with cause "line L, column C".
Error error_at(Place place, std::string detail);
/// The place that parse() or error_at() wrote into the cause of an error; 0 if there is none.
Place place_of(const Error& error);

}  // namespace step::json
