/**
 * Replaces `$(NAME)` by its value, as Kubernetes does in `command`, `args` and `env`: a name that is not defined
 * stays as written, `$$` is one `$`, and nothing that was put in is expanded again (k8s third_party/forked/golang
 * expansion).
 */
export function expandVariables(text: string, variables: Readonly<Record<string, string>>): string {
  return text.replace(/\$(\$|\(([^)]*)\))/g, (whole, after: string, name: string | undefined) => {
    if (after === '$') return '$';
    return name !== undefined && Object.hasOwn(variables, name) ? (variables[name] ?? '') : whole;
  });
}
