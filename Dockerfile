# The image of worker, web and init: the wheel with model and gazetteer inside, nothing is downloaded at run time.
FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt hatch_build.py README.md LICENSE NOTICE ./
COPY pipeline pipeline
COPY seeds seeds
RUN python -m venv /opt/geowire \
 && /opt/geowire/bin/pip install --no-cache-dir --only-binary :all: --require-hashes -r constraints.txt \
 && /opt/geowire/bin/pip install --no-cache-dir --no-deps --no-build-isolation .

FROM python:3.13-slim
RUN useradd --system --uid 10001 --create-home geowire && install -d -o geowire /run/geowire
COPY --from=build /opt/geowire /opt/geowire
USER geowire
ENV PATH=/opt/geowire/bin:$PATH PYTHONDONTWRITEBYTECODE=1
ENTRYPOINT ["geowire"]
CMD ["--help"]
