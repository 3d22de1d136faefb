#include "tmpl/asn1_value.h"

#include "asn1/writer.h"
#include "base/text.h"
#include "tmpl/asn1_element_impl.h"
#include "tmpl/moment.h"

namespace step::tmpl::asn1_go {
namespace {

/// The contents of what the writer made: tag and short length are two octets.
Bytes contents(asn1::Writer writer) {
    return std::move(writer).take().substr(2);
}

bool is_generalized(const Params& params, std::int64_t year) {
    return params.time_type == kGeneralizedTime || year < 1950 || year >= 2050;
}

Result<Bytes> time_contents(const Moment& moment, const Params& params) {
    const Civil civil = to_civil(moment);
    if (civil.year < 0 || civil.year > 9999) {
        return structure("cannot represent time as GeneralizedTime");
    }
    Bytes out = is_generalized(params, civil.year) ? fmt::format("{:04}", civil.year)
                                                   : fmt::format("{:02}", civil.year % 100);
    out += fmt::format("{:02}{:02}{:02}{:02}{:02}", civil.month, civil.day, civil.hour,
                       civil.minute, civil.second);
    const auto minutes = static_cast<int>(civil.offset.seconds / 60);
    if (minutes == 0) {
        return out += 'Z';
    }
    const int size = std::abs(minutes);
    return out += fmt::format("{}{:02}{:02}", minutes > 0 ? '+' : '-', size / 60, size % 60);
}

Result<Bytes> text_contents(std::string_view text, int type) {
    const auto all = [&](auto allowed) { return std::all_of(text.begin(), text.end(), allowed); };
    if (type == kIa5 && !all([](char c) { return static_cast<unsigned char>(c) < 128; })) {
        return structure("IA5String contains invalid character");
    }
    if (type == kPrintable &&
        !all([](char c) { return c == '*' || asn1::is_printable(std::string_view(&c, 1)); })) {
        return structure("PrintableString contains invalid character");
    }
    if (type == kNumeric && !all([](char c) { return c == ' ' || (c >= '0' && c <= '9'); })) {
        return structure("NumericString contains invalid character");
    }
    return Bytes(text);
}

class Marshaller {
public:
    explicit Marshaller(Context* context) : context_(context) {}

    Result<Bytes> field(const Value& value, Params params) {
        if (value.is_nil()) {
            return failure("asn1: cannot marshal nil value");
        }
        if (left_out(value, params)) {
            return Bytes();
        }
        STEP_ASSIGN(int tag, universal_tag(value));
        STEP_TRY(check_params(params, tag));
        const bool compound = tag == kSequence;
        if (tag == kPrintable) {
            STEP_ASSIGN(tag, text_tag(value.as_text(), params));
        } else if (tag == kUtcTime && is_generalized(params, to_civil(*as_moment(value)).year)) {
            tag = kGeneralizedTime;
        }
        tag = params.set ? kSet : tag;
        STEP_ASSIGN(const Bytes body, contents_of(value, params, tag));
        if (context_ != nullptr) {
            STEP_TRY(context_->spend(1 + body.size() / 64));
            STEP_TRY(context_->reserve_text(body.size()));
        }
        return element(params, tag, compound, body);
    }

private:
    static bool left_out(const Value& value, const Params& params) {
        if (value.is_slice() && value.length() == 0 && params.omit_empty) {
            return true;
        }
        if (!params.optional) {
            return false;
        }
        if (params.otherwise) {
            return value.is_signed() && value.as_int() == *params.otherwise;
        }
        if (const Moment* moment = as_moment(value)) {
            return *moment == Moment{};
        }
        return value.is_slice() ? value.is_null()
                                : value.kind() != Kind::kStruct && !is_true(value);
    }

    static Result<int> universal_tag(const Value& value) {
        if (as_moment(value) != nullptr) {
            return kUtcTime;
        }
        switch (value.kind()) {
            case Kind::kBool:
                return 1;
            case Kind::kString:
                return kPrintable;
            case Kind::kSlice:
                return value.type()->elem->kind == Kind::kUint8 ? 4 : kSequence;
            case Kind::kStruct:
                return kSequence;
            default:
                if (value.is_signed()) {
                    return kInteger;
                }
                return structure(fmt::format("unknown Go type: {}", value.type_name()));
        }
    }

    static Result<int> text_tag(std::string_view text, const Params& params) {
        if (params.string_type != 0) {
            return params.string_type;
        }
        if (asn1::is_printable(text)) {
            return kPrintable;
        }
        if (!is_utf8(text)) {
            return failure("asn1: string not valid UTF-8");
        }
        return kUtf8;
    }

    Result<Bytes> contents_of(const Value& value, const Params& params, int tag) {
        if (const Moment* moment = as_moment(value)) {
            return time_contents(*moment, params);
        }
        if (value.is_string()) {
            return text_contents(value.as_text(), tag);
        }
        if (value.kind() == Kind::kBool) {
            return Bytes(1, value.as_bool() ? '\xff' : '\0');
        }
        if (value.is_signed()) {
            asn1::Writer writer;
            writer.integer(value.as_int());
            return contents(std::move(writer));
        }
        if (value.is_slice() && value.type()->elem->kind == Kind::kUint8) {
            return Bytes(value.as_text());
        }
        std::vector<Bytes> parts;
        if (const auto* list = value.as_list()) {
            for (const Value& item : **list) {
                STEP_ASSIGN(Bytes part, field(item, {}));
                parts.push_back(std::move(part));
            }
            if (params.set) {
                std::sort(parts.begin(), parts.end());
            }
        } else if (const Object* object = value.as_object()) {
            for (const auto& [name, member] : object->fields()) {
                STEP_ASSIGN(Bytes part, field(member, {}));
                parts.push_back(std::move(part));
            }
        }
        Bytes body;
        for (const Bytes& part : parts) {
            body += part;
        }
        return body;
    }

    Context* context_;
};

}  // namespace

Result<Bytes> marshal_scalar(const Value& value, const Params& params) {
    return Marshaller(nullptr).field(value, params);
}

}  // namespace step::tmpl::asn1_go

namespace step::tmpl {

Result<Bytes> marshal_asn1(Context& context, const Value& value, std::string_view params) {
    return asn1_go::Marshaller(&context).field(value, asn1_go::parse_params(params));
}

}  // namespace step::tmpl
