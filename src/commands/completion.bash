# Completion of step for bash; printed by "step completion bash".

_step() {
    # Bash cuts words at "=" and ":" too; the line says which of them are one word.
    local line=${COMP_LINE:0:COMP_POINT} words=() count=0 index found
    for ((index = 0; index <= COMP_CWORD; index++)); do
        if ((index == 0)) || [[ $line == [[:blank:]]* ]]; then
            line=${line#"${line%%[![:blank:]]*}"}
            words[count++]=
        fi
        if ((index == COMP_CWORD)); then
            words[count - 1]+=$line
        else
            words[count - 1]+=${COMP_WORDS[index]}
            line=${line#"${COMP_WORDS[index]}"}
        fi
    done

    COMPREPLY=()
    found=$(command step completion bash -- "${words[@]:1}" 2>/dev/null) || return
    if [[ $found == :files ]]; then
        compopt -o default 2>/dev/null
        return
    fi
    local word
    while IFS=$'\t' read -r word _; do
        [[ -z $word ]] || COMPREPLY+=("$word")
    done <<<"$found"
}

complete -F _step step
