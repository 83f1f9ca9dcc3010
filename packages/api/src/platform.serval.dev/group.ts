/** Serval's own group, for what KServe has no kind for. */
export const platformGroup = 'platform.serval.dev';
