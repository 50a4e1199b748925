{{/*
One part of the product: Deployment, disruption budget, autoscaler. Called with a dict of
  root      $
  part      records, analytics, gateway, frontend; its values are under that name
  image     the image's name
  port      where it listens; portName
  uid       the image's user
  env       its settings, a YAML list
  probes    its probes, YAML
  volumes, mounts   YAML lists; empty: none
*/}}
{{- define "records.part" -}}
{{- $root := .root }}
{{- $values := index $root.Values .part }}
{{- $name := printf "%s-%s" (include "records.name" $root) .part }}
{{- $selector := include "records.selector" (dict "root" $root "part" .part) }}
apiVersion: apps/v1
kind: Deployment
metadata:
  name: {{ $name }}
  labels:
    {{- include "records.labels" $root | nindent 4 }}
    app.kubernetes.io/component: {{ .part }}
spec:
  {{- if not $values.autoscaling.enabled }}
  replicas: {{ $values.replicas }}
  {{- end }}
  selector:
    matchLabels: {{- $selector | nindent 6 }}
  # Never fewer than there were: a new pod is ready before an old one goes.
  strategy:
    type: RollingUpdate
    rollingUpdate: { maxUnavailable: 0, maxSurge: 1 }
  minReadySeconds: 2
  template:
    metadata:
      labels:
        {{- include "records.labels" $root | nindent 8 }}
        app.kubernetes.io/component: {{ .part }}
      annotations:
        # Settings that come from Secrets of this chart: a changed one rolls the pods.
        records/secret: {{ $root.Values.database.password | sha256sum | trunc 12 | quote }}
        {{- with $values.podAnnotations }}{{ toYaml . | nindent 8 }}{{ end }}
    spec:
      serviceAccountName: {{ include "records.serviceAccount" $root }}
      automountServiceAccountToken: false
      enableServiceLinks: false
      {{- include "records.pullSecrets" $root | nindent 6 }}
      securityContext: {{- include "records.podSecurity" .uid | nindent 8 }}
      terminationGracePeriodSeconds: {{ add $root.Values.preStopSeconds $root.Values.drainSeconds 5 }}
      containers:
        - name: {{ .part }}
          image: {{ include "records.image" (dict "root" $root "image" .image) | quote }}
          imagePullPolicy: {{ $root.Values.image.pullPolicy }}
          securityContext: {{- include "records.containerSecurity" $root | nindent 12 }}
          ports: [{ name: {{ .portName }}, containerPort: {{ .port }} }]
          env:
            {{- .env | nindent 12 }}
            - { name: DRAIN_MS, value: {{ mul $root.Values.drainSeconds 1000 | quote }} }
            {{- range $key, $value := $values.env }}
            - { name: {{ $key }}, value: {{ $value | toString | quote }} }
            {{- end }}
          {{- .probes | nindent 10 }}
          # Until everybody has heard that this pod goes, it goes on as if nothing were; then SIGTERM, and it drains.
          lifecycle: { preStop: { sleep: { seconds: {{ max 1 $root.Values.preStopSeconds }} } } }
          resources: {{- toYaml $values.resources | nindent 12 }}
          {{- with .mounts }}
          volumeMounts: {{- . | nindent 12 }}
          {{- end }}
      {{- with .volumes }}
      volumes: {{- . | nindent 8 }}
      {{- end }}
      {{- if $root.Values.topologySpread.enabled }}
      topologySpreadConstraints:
        {{- range list "kubernetes.io/hostname" "topology.kubernetes.io/zone" }}
        - maxSkew: 1
          topologyKey: {{ . }}
          whenUnsatisfiable: {{ $root.Values.topologySpread.whenUnsatisfiable }}
          labelSelector:
            matchLabels: {{- $selector | nindent 14 }}
          # Of the old version's pods none counts: an upgrade ends as evenly as a first start.
          matchLabelKeys: [pod-template-hash]
        {{- end }}
      {{- end }}
      {{- with $values.nodeSelector }}
      nodeSelector: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.tolerations }}
      tolerations: {{- toYaml . | nindent 8 }}
      {{- end }}
      {{- with $values.affinity }}
      affinity: {{- toYaml . | nindent 8 }}
      {{- end }}
{{- if $values.disruptionBudget.enabled }}
---
apiVersion: policy/v1
kind: PodDisruptionBudget
metadata:
  name: {{ $name }}
  labels: {{- include "records.labels" $root | nindent 4 }}
spec:
  maxUnavailable: {{ $values.disruptionBudget.maxUnavailable }}
  selector:
    matchLabels: {{- $selector | nindent 6 }}
{{- end }}
{{- if $values.autoscaling.enabled }}
---
apiVersion: autoscaling/v2
kind: HorizontalPodAutoscaler
metadata:
  name: {{ $name }}
  labels: {{- include "records.labels" $root | nindent 4 }}
spec:
  scaleTargetRef: { apiVersion: apps/v1, kind: Deployment, name: {{ $name }} }
  minReplicas: {{ $values.autoscaling.min }}
  maxReplicas: {{ $values.autoscaling.max }}
  metrics:
    - type: Resource
      # Of what the program can use, an event loop each processor, and not of what it has asked for.
      resource: { name: cpu, target: { type: AverageValue, averageValue: {{ mul (int (default 1 $values.threads)) $values.autoscaling.cpu 10 }}m } }
  # Up at once, down slowly: a pod that goes takes its clients' connections with it.
  behavior:
    scaleUp: { stabilizationWindowSeconds: 0, policies: [{ type: Percent, value: 100, periodSeconds: 15 }] }
    scaleDown: { stabilizationWindowSeconds: 300, policies: [{ type: Pods, value: 1, periodSeconds: 60 }] }
{{- end }}
{{- end }}

{{/* A service that speaks gRPC: its probes. It serves only once it has found the database, which may take its time. */}}
{{- define "records.grpcProbes" -}}
startupProbe: { grpc: { port: {{ . }} }, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 300 }
readinessProbe: { grpc: { port: {{ . }} }, periodSeconds: 2, timeoutSeconds: 2, failureThreshold: 2 }
livenessProbe: { grpc: { port: {{ . }} }, periodSeconds: 10, timeoutSeconds: 5, failureThreshold: 6 }
{{- end }}
