# docker build -t convscope . && docker run -p 8000:8000 -v convscope:/data convscope
# docs/image.md tells what is inside, and why.

# For a build that is the same for ever: --build-arg BASE=docker.io/library/python:3.11.15-slim-bookworm@sha256:…
ARG BASE=docker.io/library/python:3.11.15-slim-bookworm


FROM ${BASE} AS build
# hadolint ignore=DL3008
RUN apt-get update -q && apt-get install -q -y --no-install-recommends -o Acquire::Retries=3 binutils
# Where pip may look besides its usual index: a folder of wheels, and torch's CPU builds.
ARG PIP_FIND_LINKS=
ARG PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1 PIP_ROOT_USER_ACTION=ignore PIP_NO_COMPILE=1
RUN python -m venv --without-pip /opt/convscope && python -m venv /opt/build
WORKDIR /src

# Torch goes first and alone: the extra index is asked for nothing else. Its builds differ from platform to platform;
# all other packages are held to their hashes.
COPY constraints.txt ./
RUN pip --python /opt/convscope/bin/python install --no-deps --retries 0 -c constraints.txt torch
ENV PIP_EXTRA_INDEX_URL=
COPY deploy/image deploy/image
RUN pip --python /opt/convscope/bin/python install --no-deps --require-hashes -r deploy/image/requirements.txt \
    && /opt/build/bin/pip install --require-hashes -r deploy/image/build-requirements.txt \
        -r deploy/image/node-requirements.txt
COPY package.json package-lock.json .npmrc ./
RUN PATH=/opt/build/bin:$PATH NODE_USE_SYSTEM_CA=1 npm ci --omit=dev
COPY . ./
RUN PATH=/opt/build/bin:$PATH npm run build \
    && /opt/build/bin/pip wheel --no-deps --no-build-isolation -w dist . \
    && pip --python /opt/convscope/bin/python install --no-deps --no-index dist/*.whl \
    && deploy/image/trim.sh /opt/convscope


FROM ${BASE} AS system
COPY deploy/image/trim-system.sh /tmp/
RUN useradd --uid 10001 --no-create-home --no-log-init --shell /usr/sbin/nologin convscope \
    && install -d -o convscope -g convscope /data \
    && sh /tmp/trim-system.sh


# One layer of the system and one of the program, so that what was removed above is in neither.
FROM scratch
# hadolint ignore=DL3067
COPY --from=system / /
COPY --from=build /opt/convscope /opt/convscope
ENV PATH=/opt/convscope/bin:/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin LANG=C.UTF-8 \
    PYTHONDONTWRITEBYTECODE=1 PYTHONUNBUFFERED=1 \
    CONVSCOPE_HOST=0.0.0.0 CONVSCOPE_PORT=8000 CONVSCOPE_STORE=file:///data
USER 10001:10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import os, urllib.request as r; r.urlopen(f'http://127.0.0.1:{os.environ[\"CONVSCOPE_PORT\"]}/healthz', timeout=4)"]
CMD ["convscope", "serve"]
ARG VERSION=0.1.0
ARG REVISION=unknown
LABEL org.opencontainers.image.title="Convscope" \
      org.opencontainers.image.description="Shows, number by number, how a convolution layer turns its input channels into its output channels." \
      org.opencontainers.image.licenses="MIT" \
      org.opencontainers.image.version="${VERSION}" \
      org.opencontainers.image.revision="${REVISION}" \
      org.opencontainers.image.base.name="docker.io/library/python:3.11.15-slim-bookworm"
