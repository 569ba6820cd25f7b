# Skerry as a small image: built with the official Swift image, run on Debian slim as an ordinary user.
#
#   docker build -t skerry .
#   docker run --name edge -p 80:8080 -p 443:8443 -v skerry:/var/lib/skerry skerry
#   docker exec edge skerry zone add example.org --origin http://10.0.0.5:8000

FROM swift:6.3-bookworm AS build
RUN apt-get update \
  && apt-get install --yes --no-install-recommends libssl-dev libnghttp2-dev liblmdb-dev libisal-dev libbrotli-dev libjemalloc-dev libmaxminddb-dev \
  && rm -rf /var/lib/apt/lists/*
WORKDIR /build
# The dependencies first: they change seldom, and this layer is then kept.
COPY Package.* ./
RUN swift package resolve
COPY Sources Sources
# SwiftPM wants every folder that Package.swift names; the tests are not built.
COPY Tests Tests
RUN swift build --configuration release --product skerry --static-swift-stdlib \
  && strip --strip-debug -o /skerry .build/release/skerry

FROM debian:bookworm-slim
RUN apt-get update \
  && apt-get install --yes --no-install-recommends libssl3 libnghttp2-14 liblmdb0 libisal2 libbrotli1 libjemalloc2 libmaxminddb0 libstdc++6 ca-certificates \
  && rm -rf /var/lib/apt/lists/* \
  && groupadd --system --gid 989 skerry \
  && useradd --system --uid 989 --gid skerry --home-dir /var/lib/skerry --shell /usr/sbin/nologin skerry \
  && install --directory --owner=skerry --group=skerry --mode=700 /var/lib/skerry /run/skerry
COPY --from=build /skerry /usr/local/bin/skerry
USER skerry
ENV SKERRY_CONTROL=/run/skerry/control.sock
VOLUME /var/lib/skerry
EXPOSE 8080 8443
# SIGTERM finishes the requests in flight.
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=10s --timeout=3s --start-period=5s --retries=3 CMD ["skerry", "status"]
ENTRYPOINT ["skerry"]
CMD ["edge", "--directory", "/var/lib/skerry", "--http", "0.0.0.0:8080", "--https", "0.0.0.0:8443", \
  "--control", "/run/skerry/control.sock"]
