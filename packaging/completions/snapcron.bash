# Made by packaging/reference from the programs' own command tables.
_snapcron() {
  local word=${COMP_WORDS[COMP_CWORD]} before=${COMP_WORDS[COMP_CWORD-1]} path=snapcron at=0 i
  local -a config=()
  COMPREPLY=()
  for ((i = 1; i < COMP_CWORD; i++)); do
    case "${COMP_WORDS[i]}" in
      -c | --config) config=(-c "${COMP_WORDS[i+1]}"); ((i++)) ;;
      --count | --cron | --destination | --dst-gap | --from | --output | --rule | --timezone | --trace | --until | -n | -o) ((i++)) ;;
      -*) ;;
      *)
        case "$path ${COMP_WORDS[i]}" in
          "snapcron run" | "snapcron status" | "snapcron input" | "snapcron relay" | "snapcron trigger" | "snapcron log" | "snapcron outbox" | "snapcron outbox retry" | "snapcron outbox drop" | "snapcron reload" | "snapcron check" | "snapcron next" | "snapcron simulate" | "snapcron import-axis" | "snapcron montage" | "snapcron schema" | "snapcron doctor" | "snapcron relay-safe" | "snapcron passwd" | "snapcron token") path="$path ${COMP_WORDS[i]}" at=0 ;;
          *) ((at++)) ;;
        esac ;;
    esac
  done
  case "$path $before" in
    "snapcron"*" -c" | "snapcron"*" --config") compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")); return ;;
    "snapcron log"*" --rule") mapfile -t COMPREPLY < <(compgen -W "$(snapcron "${config[@]}" names rule 2>/dev/null)" -- "$word"); return ;;
    "snapcron log"*" -n") :; return ;;
    "snapcron outbox"*" --destination") mapfile -t COMPREPLY < <(compgen -W "$(snapcron "${config[@]}" names destination 2>/dev/null)" -- "$word"); return ;;
    "snapcron outbox retry"*" --destination") mapfile -t COMPREPLY < <(compgen -W "$(snapcron "${config[@]}" names destination 2>/dev/null)" -- "$word"); return ;;
    "snapcron outbox drop"*" --destination") mapfile -t COMPREPLY < <(compgen -W "$(snapcron "${config[@]}" names destination 2>/dev/null)" -- "$word"); return ;;
    "snapcron next"*" --cron") :; return ;;
    "snapcron next"*" --timezone") :; return ;;
    "snapcron next"*" --from") :; return ;;
    "snapcron next"*" --count") :; return ;;
    "snapcron next"*" --dst-gap") mapfile -t COMPREPLY < <(compgen -W "skip run_once" -- "$word"); return ;;
    "snapcron simulate"*" --trace") compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")); return ;;
    "snapcron simulate"*" --from") :; return ;;
    "snapcron simulate"*" --until") :; return ;;
    "snapcron montage"*" -o" | "snapcron montage"*" --output") compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")); return ;;
    "snapcron doctor"*" --destination") mapfile -t COMPREPLY < <(compgen -W "$(snapcron "${config[@]}" names destination 2>/dev/null)" -- "$word"); return ;;
  esac
  case "$path" in
    "snapcron")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help --version -c --config" -- "$word")); return; fi
      mapfile -t COMPREPLY < <(compgen -W "run status input relay trigger log outbox reload check next simulate import-axis montage schema doctor relay-safe passwd token" -- "$word") ;;
    "snapcron run")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help -c --config" -- "$word")); return; fi
      ;;
    "snapcron status")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help --json -c --config" -- "$word")); return; fi
      ;;
    "snapcron input")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help -c --config" -- "$word")); return; fi
      ((at == 0)) && { mapfile -t COMPREPLY < <(compgen -W "$(snapcron "${config[@]}" names input 2>/dev/null)" -- "$word"); }
      ((at == 1)) && { mapfile -t COMPREPLY < <(compgen -W "high low pulse" -- "$word"); }
      ;;
    "snapcron relay")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help -c --config" -- "$word")); return; fi
      ((at >= 0)) && { mapfile -t COMPREPLY < <(compgen -W "on off toggle pulse $(snapcron "${config[@]}" names relay 2>/dev/null)" -- "$word"); }
      ;;
    "snapcron trigger")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help -c --config" -- "$word")); return; fi
      ((at == 0)) && { mapfile -t COMPREPLY < <(compgen -W "$(snapcron "${config[@]}" names rule 2>/dev/null)" -- "$word"); }
      ;;
    "snapcron log")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help --rule -n --all -f --follow --json -c --config" -- "$word")); return; fi
      ;;
    "snapcron outbox")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help --destination --json -c --config" -- "$word")); return; fi
      mapfile -t COMPREPLY < <(compgen -W "retry drop" -- "$word") ;;
    "snapcron outbox retry")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help --destination --all -c --config" -- "$word")); return; fi
      ;;
    "snapcron outbox drop")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help --destination --all -c --config" -- "$word")); return; fi
      ;;
    "snapcron reload")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help -c --config" -- "$word")); return; fi
      ;;
    "snapcron check")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help -c --config" -- "$word")); return; fi
      ((at == 0)) && { compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")); }
      ;;
    "snapcron next")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help --cron --timezone --from --count --dst-gap -c --config" -- "$word")); return; fi
      ((at == 0)) && { compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")); }
      ;;
    "snapcron simulate")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help --trace --from --until --json -c --config" -- "$word")); return; fi
      ((at == 0)) && { compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")); }
      ;;
    "snapcron import-axis")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help -c --config" -- "$word")); return; fi
      ((at == 0)) && { compopt -o filenames 2>/dev/null; COMPREPLY=($(compgen -f -- "$word")); }
      ;;
    "snapcron montage")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help -o --output -c --config" -- "$word")); return; fi
      ;;
    "snapcron schema")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help -c --config" -- "$word")); return; fi
      ;;
    "snapcron doctor")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help --destination -c --config" -- "$word")); return; fi
      ;;
    "snapcron relay-safe")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help -c --config" -- "$word")); return; fi
      ;;
    "snapcron passwd")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help -c --config" -- "$word")); return; fi
      ;;
    "snapcron token")
      if [[ $word == -* ]]; then COMPREPLY=($(compgen -W "-h --help --read --switch -c --config" -- "$word")); return; fi
      ;;
  esac
}
complete -F _snapcron snapcron
