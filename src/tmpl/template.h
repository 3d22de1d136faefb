#pragma once

#include <map>
#include <memory>
#include <string>
#include <string_view>

#include "base/result.h"
#include "tmpl/function.h"
#include "tmpl/tree.h"

namespace step::tmpl {

/// A text template, parsed. Immutable: any number of threads may execute one.
class Template {
public:
    /// Parses `text`; `name` appears in errors. All functions it names must be in `functions`,
    /// which the template shares.
    ///
    /// Fails with kInvalidArgument; the detail is Go's: `template: NAME:LINE: …`. What a template
    /// does with its data is not checked.
    static Result<Template> parse(std::string name, std::string text,
                                  std::shared_ptr<const Functions> functions);

    /// Runs the template over `data` and returns the text.
    ///
    /// Fails with kInvalidArgument: detail as Go's, `template: NAME:LINE:COLUMN: executing "NAME"
    /// at <SOURCE>: …`. If the template called `fail`, the reason is kFailCalled, the detail its
    /// text alone and the cause the whole message; if a limit was reached, the reason is kLimit.
    Result<std::string> execute(const Value& data, const Surroundings& around) const;

    const std::string& name() const { return name_; }
    /// The tree of a template by the name that define, block or parse() gave it.
    const Node* tree(std::string_view name) const;
    /// "NAME:LINE:COLUMN" of an octet of the text.
    std::string place(std::size_t position) const;

private:
    Template() = default;
    friend class Parser;

    std::string name_{}, text_{};
    std::shared_ptr<const Functions> functions_{};
    std::map<std::string, NodePtr, std::less<>> trees_{};
};

}  // namespace step::tmpl
