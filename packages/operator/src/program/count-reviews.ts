import type { Metrics } from '../health/metrics.ts';
import type { Webhooks } from '../webhooks/dispatch.ts';

/** Webhooks that count how each review ended: `allowed`, `denied`, `converted`, `failed` or `refused` (no review at all). */
export function countReviews(webhooks: Webhooks, metrics: Metrics): Webhooks {
  const count = (path: string, outcome: string) =>
    metrics.count('serval_webhook_reviews_total', 'Reviews by path and outcome.', { path, outcome });
  return async (path, body) => {
    try {
      const review = await webhooks(path, body);
      const { response } = review;
      if (review.kind === 'ConversionReview') {
        count(path, review.response?.result.status === 'Success' ? 'converted' : 'failed');
      } else if (response && 'allowed' in response) {
        const failed = (response.status?.code ?? 0) >= 500;
        count(path, response.allowed ? 'allowed' : failed ? 'failed' : 'denied');
      }
      return review;
    } catch (error) {
      // The path is whatever somebody sent.
      count('other', 'refused');
      throw error;
    }
  };
}
