{{/* Names, labels and what every pod has in common. */}}

{{- define "records.name" -}}
{{- if contains .Chart.Name .Release.Name }}{{ .Release.Name | trunc 40 | trimSuffix "-" }}{{ else }}{{ printf "%s-%s" .Release.Name .Chart.Name | trunc 40 | trimSuffix "-" }}{{ end -}}
{{- end }}

{{- define "records.labels" -}}
helm.sh/chart: {{ .Chart.Name }}-{{ .Chart.Version | replace "+" "_" }}
app.kubernetes.io/name: records
app.kubernetes.io/instance: {{ .Release.Name }}
app.kubernetes.io/version: {{ .Values.image.tag | default .Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .Release.Service }}
{{- end }}

{{/* Called with (dict "root" $ "part" "gateway"). */}}
{{- define "records.selector" -}}
app.kubernetes.io/name: records
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .part }}
{{- end }}

{{- define "records.image" -}}
{{ .root.Values.image.registry }}/{{ .image }}:{{ .root.Values.image.tag | default .root.Chart.AppVersion }}
{{- end }}

{{- define "records.serviceAccount" -}}
{{ .Values.serviceAccount.name | default (ternary (include "records.name" .) "default" .Values.serviceAccount.create) }}
{{- end }}

{{/* No privilege, no writing, nobody special; uid is the image's. */}}
{{- define "records.podSecurity" -}}
runAsNonRoot: true
runAsUser: {{ . }}
runAsGroup: {{ . }}
fsGroup: {{ . }}
seccompProfile: { type: RuntimeDefault }
{{- end }}

{{- define "records.containerSecurity" -}}
allowPrivilegeEscalation: false
readOnlyRootFilesystem: true
capabilities: { drop: [ALL] }
{{- end }}

{{- define "records.pullSecrets" -}}
{{- with .Values.image.pullSecrets }}
imagePullSecrets:
  {{- range . }}
  - name: {{ . }}
  {{- end }}
{{- end }}
{{- end }}

{{/* ---- the database ---- */}}

{{- define "records.database.secret" -}}
{{- if .Values.bundledDatabase.enabled }}{{ include "records.name" . }}-database
{{- else }}{{ .Values.database.existingSecret | default (printf "%s-password" (include "records.name" .)) }}{{ end -}}
{{- end }}

{{- define "records.database.secretKey" -}}
{{- if .Values.bundledDatabase.enabled }}app.password
{{- else if .Values.database.existingSecret }}{{ .Values.database.existingSecretKey }}
{{- else }}password{{ end -}}
{{- end }}

{{/* Hosts and ports as GAUSS_HOST and GAUSS_PORT take them. */}}
{{- define "records.database.hosts" -}}
{{- $names := list }}
{{- if .Values.bundledDatabase.enabled }}
{{- $name := include "records.name" . }}
{{- range $i := until (int .Values.bundledDatabase.nodes) }}{{ $names = append $names (printf "%s-db-%d.%s-db" $name $i $name) }}{{ end }}
{{- else }}
{{- range .Values.database.hosts }}{{ $names = append $names (splitList ":" . | first) }}{{ end }}
{{- end }}
{{- join "," $names -}}
{{- end }}

{{- define "records.database.ports" -}}
{{- $ports := list }}
{{- if .Values.bundledDatabase.enabled }}{{ $ports = list "5432" }}
{{- else }}{{ range .Values.database.hosts }}{{ $ports = append $ports (splitList ":" (printf "%s:5432" .) | rest | first) }}{{ end }}
{{- end }}
{{- join "," $ports -}}
{{- end }}

{{- define "records.database.env" -}}
- { name: GAUSS_HOST, value: {{ include "records.database.hosts" . | quote }} }
- { name: GAUSS_PORT, value: {{ include "records.database.ports" . | quote }} }
- { name: GAUSS_USER, value: {{ ternary "records" .Values.database.user .Values.bundledDatabase.enabled | quote }} }
- { name: GAUSS_DB, value: {{ ternary "records" .Values.database.name .Values.bundledDatabase.enabled | quote }} }
- { name: GAUSS_DIALECT, value: {{ ternary "auto" .Values.database.dialect .Values.bundledDatabase.enabled | quote }} }
- { name: GAUSS_PASSWORD_FILE, value: /secrets/{{ include "records.database.secretKey" . }} }
{{- with .Values.database.readDsnSecret }}
- name: GAUSS_READ_DSN
  valueFrom: { secretKeyRef: { name: {{ . }}, key: {{ $.Values.database.readDsnSecretKey }} } }
{{- end }}
- { name: LOG_LEVEL, value: {{ .Values.logLevel | quote }} }
{{- end }}

{{- define "records.database.volume" -}}
- name: password
  secret:
    secretName: {{ include "records.database.secret" . }}
    defaultMode: 0440
    items: [{ key: {{ include "records.database.secretKey" . }}, path: {{ include "records.database.secretKey" . }} }]
{{- end }}
