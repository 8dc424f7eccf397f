{{/*
The pod of a Job of ours. Takes a dict of `root`, `job` (its name, and whose NetworkPolicies it comes under), `args` (of
`python`), `account` (its ServiceAccount, or none) and `env`.
*/}}
{{- define "shop.jobPod" -}}
metadata:
  labels:
    {{- include "shop.podLabels" (dict "root" .root "component" "job") | nindent 4 }}
    zerocart.example/job: {{ .job }}
    sidecar.istio.io/inject: "false" # a proxy would outlive it, and it speaks to nothing of the mesh but the gateway
spec:
  restartPolicy: Never
  serviceAccountName: {{ .account | default "default" }}
  automountServiceAccountToken: {{ not (empty .account) }}
  {{- with .root.Values.images.pullSecrets }}
  imagePullSecrets: {{- toYaml . | nindent 4 }}
  {{- end }}
  securityContext:
    runAsNonRoot: true
    runAsUser: 65532
    seccompProfile:
      type: RuntimeDefault
  containers:
    - name: {{ .job }}
      image: {{ include "shop.image" (dict "root" .root "name" "operations") }}
      imagePullPolicy: {{ .root.Values.images.pullPolicy }}
      command: [python]
      args: {{- toYaml .args | nindent 8 }}
      {{- with .env }}
      env: {{- toYaml . | nindent 8 }}
      {{- end }}
      resources: {{- toYaml .root.Values.jobs.resources | nindent 8 }}
      securityContext:
        readOnlyRootFilesystem: true
        allowPrivilegeEscalation: false
        capabilities:
          drop: [ALL]
      volumeMounts:
        - name: tmp
          mountPath: /tmp
  volumes:
    - name: tmp
      emptyDir:
        sizeLimit: {{ .root.Values.functions.temporarySpace }}
{{- end -}}
