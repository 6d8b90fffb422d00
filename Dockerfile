# The image for pipelines, ghcr.io/spothandler/spothandler: a shell, CA certificates and the binary of a release.
#
# The release workflow builds it from the archives that it has verified; the build context holds their contents
# as linux/amd64 and linux/arm64. The build runs nothing, so it needs no emulator for the other architecture.
#
#	docker run --rm -e AWS_REGION ... ghcr.io/spothandler/spothandler:1.2.0 spothandler status
FROM alpine:3.24@sha256:294b683cb724975bec92580e1e685676bd4b50bda910ddb8c51d4cabeaec77e6
ARG TARGETPLATFORM
COPY ${TARGETPLATFORM}/spothandler /usr/local/bin/
COPY ${TARGETPLATFORM}/LICENSE ${TARGETPLATFORM}/THIRD_PARTY_LICENSES.txt /usr/share/doc/spothandler/
CMD ["spothandler"]
