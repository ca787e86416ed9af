/** Stock Koa and serverless-http: one route, nothing else. */
import Koa from 'koa';
import serverless from 'serverless-http';

const app = new Koa();
app.use((ctx) => {
  if (ctx.path === '/api/health/') ctx.body = { status: 'healthy', timestamp: new Date().toISOString() };
});

export const handler = serverless(app);
