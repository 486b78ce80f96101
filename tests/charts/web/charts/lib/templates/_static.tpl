{{- define "lib.static" -}}
{{ list "a" "b" | join "+" }}
{{- end -}}
