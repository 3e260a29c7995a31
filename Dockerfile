FROM python:3.13-slim AS build
WORKDIR /src
COPY pyproject.toml constraints.txt README.md LICENSE ./
COPY bot bot
COPY data data
RUN pip install --no-cache-dir --prefix=/install --constraint constraints.txt .

FROM python:3.13-slim
COPY --from=build /install /usr/local
RUN useradd --create-home --uid 10001 communique && mkdir -p /app/data/var && chown -R communique /app
USER communique
WORKDIR /app
VOLUME /app/data/var
STOPSIGNAL SIGTERM
ENTRYPOINT ["communique"]
CMD ["run"]
