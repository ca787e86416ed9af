/** Hono and its adapter for AWS: one route, nothing else. */
import { Hono } from 'hono';
import { handle } from 'hono/aws-lambda';

const app = new Hono();
app.get('/api/health/', (context) => context.json({ status: 'healthy', timestamp: new Date().toISOString() }));

export const handler = handle(app);
