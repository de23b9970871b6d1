# The image of worker, web and init: the wheel with model and gazetteer inside, nothing is downloaded at run time.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt hatch_build.py README.md LICENSE NOTICE ./
COPY pipeline pipeline
COPY seeds seeds
# Everything pinned is fetched and checked by its hash. The wheel is built from that alone, and of it only what geowire
# needs to run is installed.
RUN pip download --no-cache-dir --no-deps --only-binary :all: --require-hashes -r constraints.txt -d /wheels \
 && pip wheel --no-cache-dir --no-deps --no-index --find-links /wheels -w /wheels . \
 && python -m venv /opt/geowire \
 && /opt/geowire/bin/pip install --no-cache-dir --no-index --find-links /wheels 'geowire[warc,otel]'

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home geowire && install -d -o geowire /run/geowire
COPY --from=build /opt/geowire /opt/geowire
USER geowire
ENV PATH=/opt/geowire/bin:$PATH PYTHONDONTWRITEBYTECODE=1
ENTRYPOINT ["geowire"]
CMD ["--help"]
