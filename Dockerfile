# The service image: this repository, installed and built, with the servers' programs that set the network up.
FROM golang:1.26-bookworm AS go

FROM node:24-slim AS built
RUN apt-get update && apt-get install --yes --no-install-recommends gcc libc6-dev ca-certificates \
  && rm -rf /var/lib/apt/lists/*
COPY --from=go /usr/local/go /usr/local/go
ENV PATH=/usr/local/go/bin:$PATH DSTORE_CACHE=/opt/dstore
WORKDIR /dstore
COPY . .
RUN npm ci --no-fund --no-audit && npm run build && node network/dist/commands/main.js build

FROM node:24-slim
COPY --from=built /opt/dstore /opt/dstore
COPY --from=built /dstore /dstore
RUN mkdir /data /entrance && chown node:node /data /entrance
ENV DSTORE_CACHE=/opt/dstore DSTORE_HOME=/data
USER node
WORKDIR /dstore
VOLUME /data
CMD ["node", "--enable-source-maps", "application/dist/main.js"]
