# docker build -t convscope . && docker run -p 8000:8000 -v convscope:/data convscope
ARG BASE=docker.io/library/python:3.11-slim-bookworm

FROM ${BASE} AS build
# Where pip may look besides its usual index: a folder of wheels, and torch's CPU builds.
ARG PIP_FIND_LINKS=
ARG PIP_EXTRA_INDEX_URL=https://download.pytorch.org/whl/cpu
ENV PIP_NO_CACHE_DIR=1 PIP_DISABLE_PIP_VERSION_CHECK=1
RUN python -m venv /opt/convscope
ENV PATH=/opt/convscope/bin:$PATH
WORKDIR /src
COPY constraints.txt ./
RUN pip install --no-deps --retries 0 -c constraints.txt torch
COPY . ./
RUN PIP_EXTRA_INDEX_URL="" pip install -c constraints.txt .

FROM ${BASE}
RUN useradd --system --uid 10001 --no-create-home --shell /usr/sbin/nologin convscope \
    && install -d -o convscope -g convscope /data
COPY --from=build /opt/convscope /opt/convscope
ENV PATH=/opt/convscope/bin:$PATH CONVSCOPE_STORE=file:///data
USER 10001
WORKDIR /data
VOLUME /data
EXPOSE 8000
HEALTHCHECK --interval=30s --timeout=5s --start-period=20s \
    CMD ["python", "-c", "import urllib.request; urllib.request.urlopen('http://127.0.0.1:8000/healthz', timeout=4)"]
CMD ["convscope", "serve", "--host", "0.0.0.0", "--port", "8000"]
