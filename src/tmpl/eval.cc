#include "tmpl/exec_impl.h"
#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

bool can_be_nil(const Type& type) {
    return type.kind == Kind::kInterface || type.kind == Kind::kMap || type.kind == Kind::kSlice ||
           type.kind == Kind::kPointer || type.kind == Kind::kFunc;
}

Value zero_of(const Type& type) {
    return type.kind == Kind::kInterface ? Value() : Value::nil_of(type);
}

/// Go's AssignableTo: the same type, or the same structure when the parameter's has no name.
bool assignable(const Type& given, const Type& wanted) {
    if (wanted.kind == Kind::kInterface || given.name == wanted.name) {
        return true;
    }
    const bool unnamed = wanted.name.find('[') != std::string_view::npos;
    return unnamed && given.kind == wanted.kind && given.elem != nullptr &&
           given.elem->name == wanted.elem->name;
}

const Entry* find_method(const Type& type, std::string_view name) {
    for (std::size_t i = 0; i < type.methods.count; ++i) {
        if (type.methods.first[i].name == name) {
            return &type.methods.first[i];
        }
    }
    return nullptr;
}

std::size_t weight(const Value& value) {
    constexpr std::size_t kEach = 64;
    if (value.is_map() || value.as_list() != nullptr) {
        return kEach + value.length() * kEach;
    }
    return value.as_text().size() + kEach;
}

}  // namespace

Result<Operand> Executor::constant(const Node& node) {
    at(node);
    const Number& number = node.number;
    const std::string_view text = node.text;
    if (number.is_complex) {
        return Operand::of(Value(number.as_complex));
    }
    const bool hexadecimal = text.size() > 2 && text[0] == '0' &&
                             (text[1] == 'x' || text[1] == 'X') &&
                             text.find_first_of("pP") == std::string_view::npos;
    if (number.is_float && !hexadecimal && text[0] != '\'' &&
        text.find_first_of(".eEpP") != std::string_view::npos) {
        return Operand::of(Value(number.as_float));
    }
    if (number.is_int) {
        return Operand::of(Value::integer(number.as_int));
    }
    return error(node.text + " overflows int");
}

Result<Operand> Executor::field_node(const Operand& dot, const Node& node, Words words,
                                     const Operand* last) {
    at(node);
    return fields(dot, dot, node, node.idents, words, last);
}

Result<Operand> Executor::chain_node(const Operand& dot, const Node& node, Words words,
                                     const Operand* last) {
    at(node);
    const Node& start = *node.children.front();
    if (start.kind == NodeKind::kNil) {
        return error("indirection through explicit nil in " + to_source(node));
    }
    if (start.kind == NodeKind::kPipe) {
        STEP_ASSIGN(Operand value, pipeline(dot, start));
        return fields(dot, std::move(value), node, node.idents, words, last);
    }
    STEP_ASSIGN(Operand value, argument(dot, types::kAny, start));
    return fields(dot, std::move(value), node, node.idents, words, last);
}

Result<Operand> Executor::variable_node(const Operand& dot, const Node& node, Words words,
                                        const Operand* last) {
    at(node);
    const std::string& name = node.idents.front();
    for (std::size_t i = variables_.size(); i-- > frame_;) {
        if (variables_[i].name != name) {
            continue;
        }
        if (node.idents.size() == 1) {
            if (!words.empty()) {
                STEP_TRY(not_a_function(words, last));
            }
            return variables_[i].value;
        }
        return fields(dot, variables_[i].value, node, std::span(node.idents).subspan(1), words,
                      last);
    }
    return error("undefined variable: " + name);
}

Result<Operand> Executor::fields(const Operand& dot, Operand receiver, const Node& node,
                                 std::span<const std::string> names, Words words,
                                 const Operand* last) {
    for (std::size_t i = 0; i + 1 < names.size(); ++i) {
        STEP_ASSIGN(receiver, field(dot, names[i], node, {}, nullptr, receiver));
    }
    return field(dot, names.back(), node, words, last, receiver);
}

Result<Operand> Executor::field(const Operand& dot, const std::string& name, const Node& node,
                                Words words, const Operand* last, const Operand& receiver) {
    STEP_TRY(context_.spend());
    if (!receiver.valid) {
        return Operand{};
    }
    const std::string_view type = receiver.type_name();
    const Value& value = receiver.value;
    if (value.is_nil()) {
        return error(fmt::format("nil pointer evaluating {}.{}", type, name));
    }
    if (const Entry* method = find_method(*value.type(), name)) {
        const auto bound = [&](Call& call) {
            std::vector<Value> with_self{value};
            with_self.insert(with_self.end(), call.from(0).begin(), call.from(0).end());
            Call inner(call.context(), with_self);
            return method->run(inner);
        };
        return call(dot, method->signature, bound, name, node, words, last);
    }
    const bool has_arguments = words.size() > 1 || last != nullptr;
    if (const Object* object = value.as_object()) {
        if (std::optional<Value> found = object->field(name)) {
            if (has_arguments) {
                return error(name + " has arguments but cannot be invoked as function");
            }
            return Operand::of(*std::move(found));
        }
    } else if (value.is_map()) {
        if (has_arguments) {
            return error(name + " is not a method but has arguments");
        }
        const auto* map = value.as_map();
        const Value* found = map == nullptr ? nullptr : (*map)->find(name);
        if (found == nullptr) {
            return Operand{};
        }
        return Operand{*found, true, value.type()->elem->kind == Kind::kInterface};
    } else if (value.kind() == Kind::kPointer) {
        return error(fmt::format("nil pointer evaluating {}.{}", type, name));
    }
    return error(fmt::format("can't evaluate field {} in type {}", name, type));
}

Result<Operand> Executor::function(const Operand& dot, const Node& identifier, const Node& node,
                                   Words words, const Operand* last) {
    at(identifier);
    const Function& function = *identifier.function;
    if (function.builtin && (function.name == "and" || function.name == "or")) {
        return logic(dot, function, words, last);
    }
    if (function.builtin && function.name == "call") {
        // Templates hold no functions as values, so `call` can only say what it was given.
        STEP_TRY(arguments(dot, function.signature, function.name, words, last));
        const bool named = words.size() > 1;
        STEP_ASSIGN(const Operand callee,
                    named ? argument(dot, types::kAny, *words[1]) : Result<Operand>(*last));
        if (callee.value.is_nil()) {
            return call_error(node, "call", failure("call of nil"));
        }
        // What Go's reflect.Value.String gives for the last value of a pipe.
        const std::string_view type = callee.value.type_name();
        return call_error(
            node, "call",
            failure(fmt::format("non-function {} of type {}",
                                named                      ? to_source(*words[1])
                                : callee.value.is_string() ? std::string(callee.value.as_text())
                                                           : fmt::format("<{} Value>", type),
                                type)));
    }
    return call(dot, function.signature, function.run, function.name, node, words, last);
}

/// `and` and `or` look at their arguments one by one and stop at the first that decides.
Result<Operand> Executor::logic(const Operand& dot, const Function& function, Words words,
                                const Operand* last) {
    const std::size_t given = words.empty() ? 0 : words.size() - 1;
    if (given + (last != nullptr ? 1 : 0) < 1) {
        return error(fmt::format("wrong number of args for {}: want at least 1 got {}",
                                 function.name, given));
    }
    Operand value;
    for (std::size_t i = 1; i < words.size(); ++i) {
        STEP_ASSIGN(value, argument(dot, types::kAny, *words[i]));
        if ((value.valid && is_true(value.value)) == (function.name == "or")) {
            return value;
        }
    }
    return last != nullptr ? *last : value;
}

Result<std::vector<Value>> Executor::arguments(const Operand& dot, const Signature& signature,
                                               std::string_view name, Words words,
                                               const Operand* last) {
    const std::size_t given = words.empty() ? 0 : words.size() - 1;
    const std::size_t total = given + (last != nullptr ? 1 : 0);
    if (signature.variadic()) {
        if (total + 1 < signature.size()) {
            return error(fmt::format("wrong number of args for {}: want at least {} got {}", name,
                                     signature.size() - 1, given));
        }
    } else if (total != signature.size()) {
        return error(fmt::format("wrong number of args for {}: want {} got {}", name,
                                 signature.size(), total));
    }
    std::vector<Value> values;
    values.reserve(total);
    for (std::size_t i = 0; i < given; ++i) {
        STEP_ASSIGN(Operand value, argument(dot, signature.at(i), *words[i + 1]));
        values.push_back(std::move(value.value));
    }
    if (last != nullptr) {
        STEP_ASSIGN(Operand value, fitting(*last, signature.at(given)));
        values.push_back(std::move(value.value));
    }
    return values;
}

template <class Runnable>
Result<Operand> Executor::call(const Operand& dot, const Signature& signature,
                               const Runnable& runnable, std::string_view name, const Node& node,
                               Words words, const Operand* last) {
    STEP_ASSIGN(const std::vector<Value> values, arguments(dot, signature, name, words, last));
    // Every function may look at all of its texts, some slowly.
    constexpr std::size_t kOctetsPerStep = 8;
    std::size_t octets = 0;
    for (const Value& value : values) {
        octets += value.as_text().size();
    }
    STEP_TRY(context_.spend(1 + octets / kOctetsPerStep));
    Call call(context_, values);
    Result<Value> result = runnable(call);
    if (!result) {
        return call_error(node, name, std::move(result).error());
    }
    STEP_TRY(context_.reserve(weight(*result)));
    STEP_TRY(context_.spend(result->as_text().size() / kOctetsPerStep));
    if (result->depth() > kMaxNesting) {
        at(node);
        return limit_reached(
            fmt::format("template has lists and dicts nested more than {} deep", kMaxNesting));
    }
    return Operand::of(*std::move(result));
}

Result<Operand> Executor::fitting(Operand operand, const Type& type) {
    if (!operand.valid) {
        if (can_be_nil(type)) {
            return Operand::of(zero_of(type));
        }
        return error(fmt::format("invalid value; expected {}", type.name));
    }
    if (&type == &types::kReflect && operand.value.is_nil()) {
        return Operand::of(Value::nil_of(types::kAny));
    }
    if (type.kind == Kind::kInterface) {
        return operand;
    }
    if (!operand.value.is_nil() && assignable(*operand.value.type(), type)) {
        operand.boxed = false;
        return operand;
    }
    if (operand.value.is_nil()) {
        return error(
            fmt::format("wrong type for value; expected {}; got {}", type.name, types::kAny.name));
    }
    return error(fmt::format("wrong type for value; expected {}; got {}", type.name,
                             operand.value.type_name()));
}

Result<Operand> Executor::argument(const Operand& dot, const Type& type, const Node& node) {
    at(node);
    Result<Operand> value = Operand{};
    switch (node.kind) {
        case NodeKind::kDot:
            value = dot;
            break;
        case NodeKind::kNil:
            if (!can_be_nil(type)) {
                return error(fmt::format("cannot assign nil to {}", type.name));
            }
            return Operand::of(zero_of(type));
        case NodeKind::kField:
            value = field_node(dot, node, {}, nullptr);
            break;
        case NodeKind::kVariable:
            value = variable_node(dot, node, {}, nullptr);
            break;
        case NodeKind::kPipe:
            value = pipeline(dot, node);
            break;
        case NodeKind::kIdentifier:
            value = function(dot, node, node, {}, nullptr);
            break;
        case NodeKind::kChain:
            value = chain_node(dot, node, {}, nullptr);
            break;
        default:
            return constant_argument(type, node);
    }
    STEP_TRY(value);
    return fitting(*std::move(value), type);
}

Result<Operand> Executor::constant_argument(const Type& type, const Node& node) {
    const auto expected = [&](std::string_view what) {
        return error(fmt::format("expected {}; found {}", what, to_source(node)));
    };
    const bool number = node.kind == NodeKind::kNumber;
    switch (type.kind) {
        case Kind::kBool:
            return node.kind == NodeKind::kBool ? Result<Operand>(Operand::of(node.constant))
                                                : expected("bool");
        case Kind::kString:
            return node.kind == NodeKind::kString ? Result<Operand>(Operand::of(node.constant))
                                                  : expected("string");
        case Kind::kFloat64:
            return number && node.number.is_float
                       ? Result<Operand>(Operand::of(Value(node.number.as_float)))
                       : expected("float");
        case Kind::kInterface:
            break;
        default:
            if (type.kind >= Kind::kInt && type.kind <= Kind::kInt64) {
                return number && node.number.is_int
                           ? Result<Operand>(Operand::of(Value::of(type, node.number.as_int)))
                           : expected("integer");
            }
            if (type.kind >= Kind::kUint && type.kind <= Kind::kUintptr) {
                return number && node.number.is_uint
                           ? Result<Operand>(Operand::of(Value::of(type, node.number.as_uint)))
                           : expected("unsigned integer");
            }
            return error(
                fmt::format("can't handle {} for arg of type {}", to_source(node), type.name));
    }
    return number ? constant(node) : Result<Operand>(Operand::of(node.constant));
}

}  // namespace step::tmpl
