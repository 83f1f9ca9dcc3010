/** Whether a document means to be a manifest. Folders hold other JSON and YAML too: requests to models, settings of other programs. */
export function looksLikeManifest(value: unknown): boolean {
  return (
    typeof value === 'object' && value !== null && ('apiVersion' in value || 'kind' in value || 'metadata' in value)
  );
}

/** What is said of documents that do not. */
export const notManifest = 'not a manifest: it has neither apiVersion nor kind';
