# Social Wallet in a container: one program, not root, fit for a read-only root filesystem.
#
#   docker build -t social-wallet .
#   docker run -p 127.0.0.1:8080:8080 -v wallet:/data social-wallet
#
# Everything that is kept lies in /data. Health and metrics answer on port 9090 inside the container alone; set
# SW__OPERATIONS__LISTEN=0.0.0.0:9090 to let a collector on a private network ask, and never publish that port.

FROM rust:1.92-bookworm AS build
WORKDIR /src
COPY . .
RUN cargo build --release --locked --bin social-wallet \
    && install -D target/release/social-wallet /out/social-wallet \
    && install -d -m 0700 /out/data

FROM debian:bookworm-slim
COPY --from=build /etc/ssl/certs/ca-certificates.crt /etc/ssl/certs/ca-certificates.crt
COPY --from=build /out/social-wallet /usr/local/bin/social-wallet
COPY --from=build --chown=65532:65532 --chmod=0700 /out/data /data
ENV SW__DATA__DIR=/data \
    SW__HTTP__LISTEN=0.0.0.0:8080
WORKDIR /data
VOLUME /data
EXPOSE 8080
USER 65532:65532
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=6s --start-period=60s CMD ["/usr/local/bin/social-wallet", "healthcheck"]
ENTRYPOINT ["/usr/local/bin/social-wallet"]
CMD ["serve"]
