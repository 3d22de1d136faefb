#compdef step
# Completion of step for zsh; printed by "step completion zsh".

_step() {
    local line prefix=$PREFIX
    local -a lines described
    lines=("${(@f)$(command step completion zsh -- "${(@Q)words[2,CURRENT-1]}" "${(Q)prefix}" 2>/dev/null)}")
    [[ -n $lines[1] ]] || return 1
    [[ $prefix != -*=* ]] || compset -P 1 '*='
    if [[ $lines[1] == :files ]]; then
        _files
        return
    fi
    for line in $lines; do
        described+=("${${line%%$'\t'*}//:/\\:}:${line#*$'\t'}")
    done
    _describe -t values value described -o nosort
}

if [[ $funcstack[1] == _step ]]; then
    _step "$@"
else
    compdef _step step
fi
