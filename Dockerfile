# The steps are those of the README: `npm ci`, then what `npm start` does. test/tooling/containers.unit.spec.ts holds them to it.
FROM node:22.23.2-bookworm-slim AS build
WORKDIR /app
COPY package.json package-lock.json ./
RUN npm ci
COPY . .
RUN npm run build
RUN npm prune --omit=dev

FROM node:22.23.2-bookworm-slim
WORKDIR /app
ENV NODE_ENV=production
ENV TALLYSTICK_DATA_DIR=/var/lib/tallystick
RUN install -d -o node -g node /var/lib/tallystick
COPY --from=build /app/package.json ./
COPY --from=build /app/node_modules ./node_modules
COPY --from=build /app/dist ./dist
# Nothing else is written to: the root may be read-only, with /tmp in memory.
VOLUME /var/lib/tallystick
USER node
EXPOSE 7420
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=5s --timeout=4s --start-period=60s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT || 7420}/health/ready`).then((answer) => process.exit(answer.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "dist/cli/main.js", "serve"]
