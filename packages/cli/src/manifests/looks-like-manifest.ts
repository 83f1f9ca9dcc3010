/** Whether a document means to be a manifest. Folders hold other JSON and YAML too: requests to models, settings of other programs. */
export function looksLikeManifest(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && ('apiVersion' in value || 'kind' in value || 'metadata' in value)
  );
}
