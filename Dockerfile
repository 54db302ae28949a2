# Patchbay as a small image: the program alone, for `patchbay run`, as a user without rights.
#   docker build -t patchbay .
#   docker run --stop-timeout 130 -v patchbay:/var/lib/patchbay -v ./patchbay.toml:/etc/patchbay/patchbay.toml:ro patchbay
# The stop timeout leaves a `write memory` that has begun the time to end.

FROM rust:1.95-bookworm AS build
WORKDIR /build
COPY . .
RUN cargo build --locked --release --bin patchbay \
    && mkdir -p /image/usr/local/bin /image/etc/patchbay /image/var/lib/patchbay \
    && cp target/release/patchbay /image/usr/local/bin/

# Same C library as the image above; certificates of public authorities; no shell.
FROM gcr.io/distroless/cc-debian12:nonroot
COPY --from=build /image/usr /usr
COPY --from=build /image/etc/patchbay /etc/patchbay
COPY --from=build --chown=nonroot:nonroot /image/var/lib/patchbay /var/lib/patchbay
COPY LICENSE /usr/share/doc/patchbay/LICENSE
USER nonroot
WORKDIR /var/lib/patchbay
VOLUME /var/lib/patchbay
ENTRYPOINT ["/usr/local/bin/patchbay"]
CMD ["run"]
