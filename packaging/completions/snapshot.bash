# Made by packaging/reference from the programs' own command tables.
_snapshot() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path=snapshot at=0 i
  local -a config=()
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${COMP_WORDS[i]}" in
      -c | --config) config=(-c "${COMP_WORDS[i+1]}"); ((i++)) ;;
      --count | --interval | --output | --relay | --to | -o) ((i++)) ;;
      -*) ;;
      *)
        case "$path ${COMP_WORDS[i]}" in
          *) ((at++)) ;;
        esac ;;
    esac
  done
  case "$path $before" in
    "snapshot"*" -c" | "snapshot"*" --config") compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")); return ;;
    "snapshot"*" -o" | "snapshot"*" --output") compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")); return ;;
    "snapshot"*" --relay") mapfile -t COMPREPLY < <(compgen -W "on off pulse pulse=" -- "$word"); return ;;
    "snapshot"*" --count") :; return ;;
    "snapshot"*" --interval") :; return ;;
    "snapshot"*" --to") mapfile -t COMPREPLY < <(compgen -W "$(snapcron "${config[@]}" names destination 2>/dev/null)" -- "$word"); return ;;
  esac
  case "$path" in
    "snapshot")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help --version -c --config -o --output --relay --count --interval --to --direct --quiet" -- "$word")); return; fi
      ((at == 0)) && { mapfile -t COMPREPLY < <(compgen -W "$(snapcron "${config[@]}" names camera 2>/dev/null)" -- "$word"); }
      ;;
  esac
}
complete -F _snapshot snapshot
