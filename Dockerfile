# The image for pipelines, ghcr.io/spothandler/spothandler: a shell, CA certificates and the binary of a release.
#
# The release workflow builds it out of the archives that it has verified; the build's folder holds what is in
# them as linux/amd64 and linux/arm64. Nothing is run in the build, so no emulator is needed for the other system.
#
#	docker run --rm -e AWS_REGION ... ghcr.io/spothandler/spothandler:1.2.0 spothandler status
FROM alpine:3.24@sha256:294b683cb724975bec92580e1e685676bd4b50bda910ddb8c51d4cabeaec77e6
ARG TARGETPLATFORM
COPY ${TARGETPLATFORM}/spothandler /usr/local/bin/
COPY ${TARGETPLATFORM}/LICENSE ${TARGETPLATFORM}/THIRD_PARTY_LICENSES.txt /usr/share/doc/spothandler/
CMD ["spothandler"]
