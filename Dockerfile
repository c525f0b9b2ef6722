# Easy Flow in a container: `docker compose up -d` (compose.yaml), or by itself
#   docker build -t easyflow . && docker run -d -p 127.0.0.1:8000:8000 -v easyflow:/data easyflow

# ---- the libraries, each by its hash; what installs them stays behind in this stage
FROM python:3.11-slim-bookworm AS libraries
# Optional parts: --build-arg EXTRAS="scale llm" adds language models.
ARG EXTRAS="scale"
WORKDIR /build
COPY requirements*.txt ./
RUN for part in $EXTRAS; do echo "-r requirements-$part.txt"; done > wanted.txt \
 && echo "-r requirements.txt" >> wanted.txt \
 && python -m venv /venv \
 && /venv/bin/python -m pip install -qq --no-cache-dir --disable-pip-version-check \
      --require-hashes -r wanted.txt

# ---- what runs
FROM python:3.11-slim-bookworm
ENV PATH=/venv/bin:$PATH \
    HOME=/tmp \
    PYTHONUNBUFFERED=1 \
    PYTHONDONTWRITEBYTECODE=1 \
    EASYFLOW_DATA_DIR=/data \
    EASYFLOW_BOTS_DIR=/app/config/bots \
    EASYFLOW_HTTP__HOST=0.0.0.0 \
    EASYFLOW_HTTP__PORT=8000
COPY --from=libraries /venv /venv
WORKDIR /app
COPY . ./
# Readable by the user it runs as, whoever checked it out; compiled here, once: the file system of a
# running container is read-only.
RUN chmod -R a+rX /app \
 && python -m compileall -q -j 0 /app \
 && install -d -o 10001 -g 10001 -m 0700 /data
USER 10001:10001
VOLUME /data
EXPOSE 8000
STOPSIGNAL SIGTERM
HEALTHCHECK --interval=15s --timeout=5s --start-period=60s --retries=3 \
  CMD ["python", "-c", "import urllib.request as u; u.urlopen('http://127.0.0.1:8000/livez', timeout=4)"]
CMD ["python", "run.py"]
