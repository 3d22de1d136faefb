#include "tmpl/tree.h"

#include "tmpl/unicode.h"

namespace step::tmpl {
namespace {

void write(std::string& out, const Node& node);

void write_pipe(std::string& out, const Node& pipe) {
    for (std::size_t i = 0; i < pipe.variables.size(); ++i) {
        out += i > 0 ? ", " : "";
        write(out, *pipe.variables[i]);
    }
    if (!pipe.variables.empty()) {
        out += pipe.assigns ? " = " : " := ";
    }
    for (std::size_t i = 0; i < pipe.children.size(); ++i) {
        out += i > 0 ? " | " : "";
        write(out, *pipe.children[i]);
    }
}

void write_operand(std::string& out, const Node& node) {
    const bool in_parentheses = node.kind == NodeKind::kPipe;
    out += in_parentheses ? "(" : "";
    write(out, node);
    out += in_parentheses ? ")" : "";
}

void write_branch(std::string& out, std::string_view word, const Node& node) {
    out.append("{{").append(word).append(" ");
    write(out, *node.pipe);
    out += "}}";
    write(out, *node.list);
    if (node.otherwise) {
        out += "{{else}}";
        write(out, *node.otherwise);
    }
    out += "{{end}}";
}

void write(std::string& out, const Node& node) {
    switch (node.kind) {
        case NodeKind::kText:
        case NodeKind::kBool:
        case NodeKind::kIdentifier:
        case NodeKind::kNumber:
        case NodeKind::kString:
            out += node.text;
            return;
        case NodeKind::kDot:
            out += '.';
            return;
        case NodeKind::kNil:
            out += "nil";
            return;
        case NodeKind::kField:
            for (const std::string& name : node.idents) {
                out.append(".").append(name);
            }
            return;
        case NodeKind::kVariable:
            for (std::size_t i = 0; i < node.idents.size(); ++i) {
                out.append(i > 0 ? "." : "").append(node.idents[i]);
            }
            return;
        case NodeKind::kChain:
            write_operand(out, *node.children.front());
            for (const std::string& name : node.idents) {
                out.append(".").append(name);
            }
            return;
        case NodeKind::kCommand:
            for (std::size_t i = 0; i < node.children.size(); ++i) {
                out += i > 0 ? " " : "";
                write_operand(out, *node.children[i]);
            }
            return;
        case NodeKind::kPipe:
            return write_pipe(out, node);
        case NodeKind::kAction:
            out += "{{";
            write(out, *node.pipe);
            out += "}}";
            return;
        case NodeKind::kList:
            for (const NodePtr& child : node.children) {
                write(out, *child);
            }
            return;
        case NodeKind::kTemplate:
            out.append("{{template ").append(quote_text(node.text));
            if (node.pipe) {
                out += ' ';
                write(out, *node.pipe);
            }
            out += "}}";
            return;
        case NodeKind::kIf:
            return write_branch(out, "if", node);
        case NodeKind::kRange:
            return write_branch(out, "range", node);
        case NodeKind::kWith:
            return write_branch(out, "with", node);
        case NodeKind::kBreak:
            out += "{{break}}";
            return;
        case NodeKind::kContinue:
            out += "{{continue}}";
            return;
        case NodeKind::kElse:
            out += "{{else}}";
            return;
        case NodeKind::kEnd:
            out += "{{end}}";
            return;
    }
}

}  // namespace

std::string to_source(const Node& node) {
    std::string out;
    write(out, node);
    return out;
}

}  // namespace step::tmpl
