/** `README.md` of the chart `serval`. */
export const servalReadme = {
  before: `
# serval
The operator: account, roles, configuration, Deployment, webhooks. Generated from what \`deploy/kustomize\` renders to: with the same choices,
both install the same objects.

The definitions are a chart of their own, which comes first:
\`\`\`sh
helm install serval-crds deploy/helm/serval-crds --namespace serval-system --create-namespace
helm install serval deploy/helm/serval --namespace serval-system --wait
helm upgrade serval deploy/helm/serval --namespace serval-system --reset-then-reuse-values --set runtimes.enabled=true
\`\`\`
The third line adds the built-in runtimes. They are objects of Serval's own kinds, which its webhooks check, so the operator must be running before
they are applied; Helm would apply them at once. Without webhooks, or where the tool tries again, they may be part of the first step.`,
  after: `
Names are fixed, as one operator serves a cluster; all objects are in the release's namespace, and what refers to it follows. Values that the chart does not name are refused.
Maps are merged with their defaults, and \`null\` removes an entry: \`--set 'nodeSelector.kubernetes\\.io/os=null'\`. Lists are replaced.

The Namespace is not part of the release. \`helm install --create-namespace\` makes a plain one; Kustomize's component \`namespaces\` shows the labels
that hold what runs there to the Pod Security Standards.

\`helm uninstall\` leaves services of people, the Lease, and the Secret of a self-managed certificate. Delete the services first: nobody cleans up after
them once the operator is gone.`,
};

/** `README.md` of the chart `serval-crds`. */
export function crdsReadme(hasConversion: boolean): { before: string; after: string } {
  return {
    before: `
# serval-crds
The definitions of Serval's kinds, as in \`deploy/crds/standard\`. They are templates, not a folder \`crds\`, so \`helm upgrade\` upgrades them. Install this
chart once in a cluster, before the chart \`serval\`${hasConversion ? ', and with the same `webhooks` and `certificates`' : ''}.

Definitions of others (the Gateway API, cert-manager) are never part of it.`,
    after: `
\`helm uninstall\` leaves the definitions, and all objects of them, unless \`keep\` is false. To remove them after all:
\`\`\`sh
helm upgrade serval-crds deploy/helm/serval-crds --reset-then-reuse-values --set keep=false && helm uninstall serval-crds
\`\`\`
Definitions that something else installed belong to that: \`helm install --take-ownership\` takes them over.`,
  };
}
